// SPDX-License-Identifier: LGPL-2.1-or-later
// Records each publisher that comes to one port to an MP4 of its own. record_each.py is the same in Python.
//
// A "door" takes every application and stream key, and lets nobody stay: for who comes to it,
// client-connecting starts a pipeline that takes that very application and key. It says more than the door
// does, so the publisher goes there. Who comes while that one is recorded is looked at by the door, too, and
// then told by the pipeline that somebody else is publishing; or it takes over, if that one has fallen
// silent.
//
// H.264 and AAC are recorded; what is of another kind is left out.
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace {

constexpr guint kSecondsToFinish = 10;

// The queues have room for six seconds: so long flvdemux waits for a second stream before it says that there
// is none.
constexpr const char* kRecording =
    "rtmp2serversrc name=src ! flvdemux name=demux  mp4mux name=mux ! filesink name=file "
    "demux.video ! queue name=video max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0 "
    "  ! h264parse name=video-parser "
    "demux.audio ! queue name=audio max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0 "
    "  ! aacparse name=audio-parser";

gint port = 1935;
gchar* folder = nullptr;
gchar** keys = nullptr;
gchar* certificate = nullptr;
gchar* private_key = nullptr;
const GOptionEntry kOptions[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on; 0: a free one", "PORT"},
    {"folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, "for the recordings; must be there", "FOLDER"},
    {"key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &keys,
     "stream key that may publish; again for more (default: any)", "KEY"},
    {"certificate", 0, 0, G_OPTION_ARG_FILENAME, &certificate, "PEM file: publishers must use RTMPS then",
     "FILE"},
    {"private-key", 0, 0, G_OPTION_ARG_FILENAME, &private_key, "PEM file, if it is not in the certificate's",
     "FILE"},
    {}};

GMainLoop* loop;
GstElement* door;
int result = 0;

std::mutex mutex;  // guards the two below: clients come in threads of their own
struct Recording {
  std::string file;
  std::pair<std::string, std::string> name;  // application and key
};
std::map<GstElement*, Recording> recordings;
bool stopping = false;

GstElement* get(GstElement* pipeline, const std::string& name) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(pipeline), name.c_str());
  gst_object_unref(element);  // the pipeline has it for as long as this needs it
  return element;
}

GstPad* get_pad(GstElement* pipeline, const char* element, const char* name) {
  GstPad* pad = gst_element_get_static_pad(get(pipeline, element), name);
  gst_object_unref(pad);
  return pad;
}

void configure(GstElement* src, guint on_port) {
  g_object_set(src, "port", on_port, "certificate-file", certificate, "private-key-file", private_key,
               nullptr);
}

std::string error_text(GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  const std::string text = error->message;
  g_error_free(error);
  return text;
}

bool start(GstElement* pipeline, bool quiet = false) {
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return true;
  GstMessage* message = gst_bus_pop_filtered(GST_ELEMENT_BUS(pipeline), GST_MESSAGE_ERROR);
  if (!quiet) g_printerr("%s\n", error_text(message).c_str());
  gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return false;
}

// No publisher chooses a path: letters, digits, "_" and "-" are taken of what it says, and a number makes the
// file one that was not there. Empty if it cannot be made.
std::string new_file(const char* application, const char* key) {
  const auto plain = [](const char* text) {
    std::string kept;
    for (; *text && kept.size() < 64; ++text)
      if (g_ascii_isalnum(*text) || *text == '_' || *text == '-') kept += *text;
    return kept;
  };
  const std::string name = std::string(folder) + "/" + plain(application) + "-" + plain(key) + "-";
  for (int number = 1;; ++number) {
    const std::string file = name + std::to_string(number) + ".mp4";
    const int descriptor = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (descriptor >= 0) {
      close(descriptor);
      return file;
    }
    if (errno != EEXIST) {
      g_printerr("%s: %s\n", file.c_str(), g_strerror(errno));
      return "";
    }
  }
}

// The muxer must know all its tracks before it gets anything: what flvdemux gives is held until then.
void hold(GstPad* pad) {
  const auto wait = [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; };
  const gulong id = gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, wait, nullptr, nullptr);
  g_object_set_data(G_OBJECT(pad), "probe", GSIZE_TO_POINTER(id));
}

bool has_stream(GstElement* pipeline, const char* name) {
  return gst_pad_is_linked(get_pad(pipeline, name, "sink"));
}

// In the streaming thread.
void on_streams_known(GstElement*, GstElement* pipeline) {
  for (const char* name : {"video", "audio"})
    if (has_stream(pipeline, name))
      gst_element_link(get(pipeline, std::string(name) + "-parser"), get(pipeline, "mux"));
  for (const char* name : {"video", "audio"}) {
    GstPad* pad = get_pad(pipeline, name, "src");
    gst_pad_remove_probe(pad, GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(pad), "probe")));
  }
}

// In the streaming thread, too. Of a publisher that sent nothing, no EOS reaches the file, which would tell
// of it.
GstPadProbeReturn on_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* pipeline = static_cast<GstElement*>(data);
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS && !has_stream(pipeline, "video") &&
      !has_stream(pipeline, "audio"))
    gst_element_post_message(pipeline, gst_message_new_eos(GST_OBJECT(pipeline)));
  return GST_PAD_PROBE_OK;
}

// In the main thread.
gboolean on_message(GstBus*, GstMessage* message, gpointer data) {
  auto* pipeline = static_cast<GstElement*>(data);
  std::string how = "finished";
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    how = "broken off, " + error_text(message);
  else if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS)
    return G_SOURCE_CONTINUE;

  gst_element_set_state(pipeline, GST_STATE_NULL);
  std::unique_lock lock(mutex);
  const std::string file = recordings.extract(pipeline).mapped().file;
  const bool done = stopping && recordings.empty();
  lock.unlock();
  gst_object_unref(pipeline);
  struct stat status {};
  if (stat(file.c_str(), &status) == 0 && status.st_size == 0) unlink(file.c_str());
  g_print("%s: %s\n", how.c_str(), file.c_str());
  if (done) g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

bool record(const char* application, const char* key) {
  const std::string file = new_file(application, key);
  if (file.empty()) return false;
  GstElement* pipeline = gst_parse_launch(kRecording, nullptr);
  guint current_port = 0;
  g_object_get(door, "current-port", &current_port, nullptr);
  configure(get(pipeline, "src"), current_port);
  g_object_set(get(pipeline, "src"), "application", application, "stream-key", key, nullptr);
  g_object_set(get(pipeline, "file"), "location", file.c_str(), nullptr);
  for (const char* name : {"video", "audio"}) hold(get_pad(pipeline, name, "src"));
  g_signal_connect(get(pipeline, "demux"), "no-more-pads", G_CALLBACK(on_streams_known), pipeline);
  gst_pad_add_probe(get_pad(pipeline, "src", "src"), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, pipeline,
                    nullptr);
  // Once it is started the publisher goes there. It does not start where one of that name records already,
  // and goes on: the publisher goes to that one.
  const std::pair<std::string, std::string> name(application, key);
  const bool is_recorded = std::any_of(recordings.begin(), recordings.end(),
                                       [&](const auto& recording) { return recording.second.name == name; });
  if (!start(pipeline, is_recorded)) {
    unlink(file.c_str());
    return is_recorded;
  }
  g_print("recording %s\n", file.c_str());
  recordings[pipeline] = {file, name};
  gst_bus_add_watch(GST_ELEMENT_BUS(pipeline), on_message, pipeline);
  return true;
}

// Runs in a thread of the client, and may take its time: the client has not been answered yet.
gboolean on_client_connecting(GstElement*, GstStructure* client, gpointer) {
  const char* application = gst_structure_get_string(client, "application");
  const char* key = gst_structure_get_string(client, "stream-key");
  // Bytes that are not UTF-8 arrive here as U+FFFD. A pipeline with that name would not match the client.
  if (!g_str_is_ascii(application) || !g_str_is_ascii(key)) return FALSE;
  if (keys && !g_strv_contains(keys, key)) return FALSE;
  std::lock_guard lock(mutex);
  return !stopping && record(application, key);
}

// Every file gets its end, as if its publisher had stopped. A second Ctrl-C ends the program at once.
gboolean on_signal(gpointer) {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  // Nobody adds to these any more, and it is this thread that takes away from them.
  for (const auto& [pipeline, recording] : recordings) gst_element_send_event(pipeline, gst_event_new_eos());
  if (recordings.empty()) g_main_loop_quit(loop);
  const auto on_timeout = [](gpointer) -> gboolean {
    g_printerr("not finished in %u seconds\n", kSecondsToFinish);
    result = 1;
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
  };
  g_timeout_add_seconds(kSecondsToFinish, on_timeout, nullptr);
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  GError* error = nullptr;
  GOptionContext* context = g_option_context_new("- records each publisher to an MP4 of its own");
  g_option_context_add_main_entries(context, kOptions, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  const bool understood = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!understood) {
    g_printerr("%s\n", error->message);
    return 2;
  }
  if (!folder) folder = g_strdup(".");
  GstElement* pipeline = gst_parse_launch(kRecording, &error);  // a missing plugin is told of now
  gst_clear_object(&pipeline);
  if (error) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  loop = g_main_loop_new(nullptr, FALSE);
  pipeline = gst_parse_launch("rtmp2serversrc name=src keep-listening=true ! fakesink", nullptr);
  door = get(pipeline, "src");
  configure(door, static_cast<guint>(port));
  g_signal_connect(door, "client-connecting", G_CALLBACK(on_client_connecting), nullptr);
  if (!start(pipeline)) return 1;
  guint current_port = 0;
  g_object_get(door, "current-port", &current_port, nullptr);
  g_print("listening on port %u\n", current_port);
  g_unix_signal_add(SIGINT, on_signal, nullptr);
  g_unix_signal_add(SIGTERM, on_signal, nullptr);
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return result;
}
