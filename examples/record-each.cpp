// SPDX-License-Identifier: LGPL-2.1-or-later
// Records each publisher that comes to one port to Matroska files. record_each.py is the same in Python.
//
// A "door" takes every application and stream key, and lets nobody stay: for who comes to it,
// client-connecting starts a pipeline that takes that very application and key. It says more than the door
// does, so the publisher goes there. Who comes while that one is recorded is looked at by the door, too, and
// then told by the pipeline that somebody else is publishing; or it takes over, if that one has fallen
// silent.
//
// All tracks are recorded, whatever their codecs, if Matroska can hold them. A file has one format of each:
// when a track changes its codec, size or rate, comes or goes, another file begins. A file that is broken off
// plays up to there.
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace {

constexpr unsigned kSecondsToFinish = 10;
constexpr const char* kPublisher = "rtmp2serversrc name=src ! eflvdemux name=demux";
constexpr const char* kFile = "matroskamux name=mux ! filesink name=sink async=false";
constexpr GstClockTime kSilence = 5 * GST_SECOND;
constexpr const char* kQueue = "queue max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0";

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

struct Unref {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
using CapsPtr = std::unique_ptr<GstCaps, Unref>;

struct Track {
  CapsPtr caps;
  GstClockTime last;  // time of a frame
};

// A pipeline for one publisher. Its streaming thread, which the pads of the demuxer share, has all of this.
struct Recording {
  GstElement* pipeline = gst_parse_launch(kPublisher, nullptr);
  std::string application{}, key{};
  std::string file{};
  GstElement* bin = nullptr;          // what writes it
  std::map<GstPad*, Track> tracks{};  // of it
  std::promise<void> file_ended{};
};

std::mutex mutex;  // guards the two below: clients come in threads of their own
std::set<Recording*> recordings;
bool stopping = false;

GstElement* get(GstElement* bin, const char* name) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(bin), name);
  gst_object_unref(element);  // the bin has it for as long as this needs it
  return element;
}

GstPad* get_pad(GstElement* element, const char* name) {
  GstPad* pad = gst_element_get_static_pad(element, name);
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
std::string new_file(const std::string& application, const std::string& key) {
  const auto plain = [](std::string text) {
    std::erase_if(text, [](char c) { return !g_ascii_isalnum(c) && c != '_' && c != '-'; });
    return text.substr(0, 64);
  };
  const std::string name = std::string(folder) + "/" + plain(application) + "-" + plain(key) + "-";
  for (int number = 1;; ++number) {
    const std::string file = name + std::to_string(number) + ".mkv";
    const int descriptor = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (descriptor >= 0) {
      close(descriptor);
      g_print("recording %s\n", file.c_str());
      return file;
    }
    if (errno != EEXIST) {
      g_printerr("%s: %s\n", file.c_str(), g_strerror(errno));
      return "";
    }
  }
}

// EOS goes no further: the end of one file is not the end of the pipeline.
void at_eos(GstPad* pad, void (*function)(Recording*), Recording* recording) {
  g_object_set_data(G_OBJECT(pad), "at-eos", reinterpret_cast<gpointer>(function));
  const auto on_event = [](GstPad* of, GstPadProbeInfo* info, gpointer data) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS) return GST_PAD_PROBE_OK;
    reinterpret_cast<void (*)(Recording*)>(g_object_get_data(G_OBJECT(of), "at-eos"))(
        static_cast<Recording*>(data));
    return GST_PAD_PROBE_DROP;
  };
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, recording, nullptr);
}

// A branch of the file for a track.
void add_track(Recording* recording, GstPad* pad, GstClockTime time) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  recording->tracks[pad] = {CapsPtr(caps), time};
  GstElement* queue = gst_parse_launch(kQueue, nullptr);
  gst_bin_add(GST_BIN(recording->bin), queue);
  GstPad* entry = gst_ghost_pad_new(GST_PAD_NAME(pad), get_pad(queue, "sink"));
  gst_element_add_pad(recording->bin, entry);
  gst_pad_link(pad, entry);
  if (gst_element_link(queue, get(recording->bin, "mux"))) return;
  gst_pad_unlink(pad, entry);
  g_print("left out: %s\n", gst_structure_get_name(gst_caps_get_structure(caps, 0)));
}

void end_track(Recording* recording, GstPad* pad) {
  recording->tracks.erase(pad);
  GstPad* entry = gst_pad_get_peer(pad);
  if (!entry) return;
  gst_pad_unlink(pad, entry);
  gst_pad_send_event(entry, gst_event_new_eos());
  gst_object_unref(entry);
}

void begin_file(Recording* recording, GstClockTime time) {
  recording->file = new_file(recording->application, recording->key);
  recording->bin = gst_parse_bin_from_description(kFile, FALSE, nullptr);
  GstElement* sink = get(recording->bin, "sink");
  g_object_set(sink, "location", recording->file.c_str(), nullptr);
  recording->file_ended = {};
  at_eos(
      get_pad(sink, "sink"), [](Recording* of) { of->file_ended.set_value(); }, recording);
  gst_bin_add(GST_BIN(recording->pipeline), recording->bin);
  for (GList* pad = get(recording->pipeline, "demux")->srcpads; pad; pad = pad->next)
    add_track(recording, GST_PAD(pad->data), time);
  gst_element_sync_state_with_parent(recording->bin);
}

void end_file(Recording* recording) {
  if (!recording->bin) return;
  while (!recording->tracks.empty()) end_track(recording, recording->tracks.begin()->first);
  recording->file_ended.get_future().wait_for(std::chrono::seconds(kSecondsToFinish));
  gst_element_set_state(recording->bin, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(recording->pipeline), std::exchange(recording->bin, nullptr));
  g_print("finished: %s\n", recording->file.c_str());
}

void end(Recording* recording) {
  end_file(recording);
  gst_element_post_message(recording->pipeline, gst_message_new_eos(GST_OBJECT(recording->pipeline)));
}

GstPadProbeReturn on_frame(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* recording = static_cast<Recording*>(data);
  const GstClockTime time = GST_BUFFER_DTS(GST_PAD_PROBE_INFO_BUFFER(info));
  if (!recording->tracks.contains(pad)) {
    end_file(recording);
    begin_file(recording, time);
  }
  recording->tracks[pad].last = time;
  return GST_PAD_PROBE_OK;
}

// A file has no other caps than its first ones, which come again where a pad is linked. It goes on without a
// track that is silent, for which matroskamux (1.22) would wait.
GstPadProbeReturn on_track_event(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* recording = static_cast<Recording*>(data);
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  const auto track = recording->tracks.find(pad);
  if (track == recording->tracks.end()) return GST_PAD_PROBE_OK;
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    if (!gst_caps_is_equal(caps, track->second.caps.get())) end_file(recording);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_GAP) {
    GstClockTime start = 0, duration = 0;
    gst_event_parse_gap(event, &start, &duration);
    if (start + duration > track->second.last + kSilence) end_track(recording, pad);
  }
  return GST_PAD_PROBE_OK;
}

void on_pad_added(GstElement*, GstPad* pad, gpointer recording) {
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_track_event, recording, nullptr);
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, recording, nullptr);
}

void on_pad_removed(GstElement*, GstPad* pad, gpointer recording) {
  static_cast<Recording*>(recording)->tracks.erase(pad);
}

// In the main thread.
gboolean on_message(GstBus*, GstMessage* message, gpointer data) {
  const bool broken = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
  if (!broken && GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS) return G_SOURCE_CONTINUE;
  const std::unique_ptr<Recording> recording(static_cast<Recording*>(data));
  gst_element_set_state(recording->pipeline, GST_STATE_NULL);
  std::unique_lock lock(mutex);
  recordings.erase(recording.get());
  const bool done = stopping && recordings.empty();
  lock.unlock();
  if (broken) g_print("broken off, %s: %s\n", error_text(message).c_str(), recording->file.c_str());
  g_print("left: %s/%s\n", recording->application.c_str(), recording->key.c_str());
  // The message has a reference to the pipeline, which outlives the recording by it.
  g_signal_handlers_disconnect_by_data(get(recording->pipeline, "demux"), recording.get());
  gst_object_unref(recording->pipeline);
  if (done) g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

bool record(const char* application, const char* key) {
  auto* recording = new Recording{.application = application, .key = key};
  GstElement* src = get(recording->pipeline, "src");
  guint current_port = 0;
  g_object_get(door, "current-port", &current_port, nullptr);
  configure(src, current_port);
  g_object_set(src, "application", application, "stream-key", key, nullptr);
  g_signal_connect(get(recording->pipeline, "demux"), "pad-added", G_CALLBACK(on_pad_added), recording);
  g_signal_connect(get(recording->pipeline, "demux"), "pad-removed", G_CALLBACK(on_pad_removed), recording);
  at_eos(get_pad(src, "src"), end, recording);
  // Once it is started the publisher goes there. It does not start where one of that name records already,
  // and goes on: the publisher goes to that one.
  const bool is_recorded = std::ranges::any_of(recordings, [&](const Recording* there) {
    return there->application == application && there->key == key;
  });
  if (!start(recording->pipeline, is_recorded)) {
    delete recording;
    return is_recorded;
  }
  recordings.insert(recording);
  gst_bus_add_watch(GST_ELEMENT_BUS(recording->pipeline), on_message, recording);
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
  for (const auto* recording : recordings) gst_element_send_event(recording->pipeline, gst_event_new_eos());
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
  GOptionContext* context = g_option_context_new("- records each publisher to Matroska files");
  g_option_context_add_main_entries(context, kOptions, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  const bool understood = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!understood) {
    g_printerr("%s\n", error->message);
    return 2;
  }
  if (!folder) folder = g_strdup(".");
  GstElement* pipeline = gst_parse_launch((kPublisher + std::string(" ") + kFile).c_str(),
                                          &error);  // a missing plugin is told of now
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
