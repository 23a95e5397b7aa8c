// SPDX-License-Identifier: LGPL-2.1-or-later
// Mixes up to four publishers into one picture and one sound, which never stop. mixer.py is the same in
// Python.
//
// Publishers come and go as they like, with any codecs, sizes and rates. While there is none, the picture is
// black and the sound is silence; so is the part of one that stalls. The mix is shown in a window, or written
// as FLV to a file or to an RTMP server.
#include <glib-unix.h>
#include <gst/gst.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <list>
#include <mutex>
#include <string>

namespace {

// A mixer waits for a publisher's frame for min-upstream-latency, and goes on without it. A second is more
// than decoders need.
constexpr const char* kMix =
    "compositor name=video background=black force-live=true min-upstream-latency=1000000000 ! %s ! queue ! "
    "%s "
    "videotestsrc is-live=true pattern=black ! %s ! video. "
    "audiomixer name=audio force-live=true min-upstream-latency=1000000000 ! %s ! queue ! audioconvert ! %s "
    "audiotestsrc is-live=true wave=silence ! %s ! audio.";
constexpr const char* kSound = "audio/x-raw,rate=48000,channels=2";
constexpr const char* kEncode =
    "x264enc tune=zerolatency speed-preset=veryfast key-int-max=60 ! h264parse ! flv.";
const std::string kWrite =
    "avenc_aac ! aacparse ! flv. flvmux name=flv streamable=true latency=1000000000 ! queue ! ";
constexpr const char* kVideo = "queue name=first ! decodebin ! identity name=last";
constexpr const char* kAudio = "queue name=first ! decodebin ! audioconvert ! audioresample name=last";
constexpr gint kKeepAspectRatio = 1;

gint port = 1935, width = 1280, height = 720;
gchar* to = nullptr;
const GOptionEntry kOptions[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on; 0: a free one", "PORT"},
    {"to", 0, 0, G_OPTION_ARG_STRING, &to, "an rtmp:// URL, or an FLV file (default: a window)", "TO"},
    {"width", 0, 0, G_OPTION_ARG_INT, &width, "of the picture", "PIXELS"},
    {"height", 0, 0, G_OPTION_ARG_INT, &height, "of the picture", "PIXELS"},
    {}};

// What follows a pad of the server, up to a pad of a mixer.
struct Branch {
  bool is_video;
  GstElement* elements;
  GstElement* mixer;
  GstPad* place;
};

GMainLoop* loop;
GstElement* pipeline;
int result = 0;
std::mutex mutex;  // guards the list: pads come and go in threads of the server
std::list<Branch> branches;

// One picture has all of the place; two to four have a quarter each.
void arrange() {
  const auto pictures = std::ranges::count_if(branches, &Branch::is_video);
  const int columns = static_cast<int>(std::ceil(std::sqrt(pictures)));
  int number = 0;
  for (const Branch& branch : branches) {
    if (!branch.is_video) continue;
    const int w = width / columns, h = height / columns;
    g_object_set(branch.place, "width", w, "height", h, "xpos", number % columns * w, "ypos",
                 number / columns * h, "sizing-policy", kKeepAspectRatio, nullptr);
    ++number;
  }
}

// The pad of the mixer goes first: a thread of the branch may wait there.
void remove(GstElement* elements) {
  std::unique_lock lock(mutex);
  const auto found = std::ranges::find(branches, elements, &Branch::elements);
  if (found == branches.end()) return;
  const Branch branch = *found;
  branches.erase(found);
  gst_element_release_request_pad(branch.mixer, branch.place);
  arrange();
  lock.unlock();
  gst_element_set_state(branch.elements, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline), branch.elements);
  gst_object_unref(branch.elements);
  gst_object_unref(branch.place);
  gst_object_unref(branch.mixer);
}

// A thread of the branch cannot end itself.
GstPadProbeReturn on_event(GstPad*, GstPadProbeInfo* info, gpointer elements) {
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
    const auto remove_it = [](gpointer of) -> gboolean {
      remove(static_cast<GstElement*>(of));
      return G_SOURCE_REMOVE;
    };
    g_idle_add_full(G_PRIORITY_DEFAULT, remove_it, gst_object_ref(elements), gst_object_unref);
  }
  return GST_PAD_PROBE_OK;
}

void on_pad_added(GstElement* server, GstPad* pad) {
  const bool is_video = g_str_has_prefix(GST_PAD_NAME(pad), "video");
  Branch branch{.is_video = is_video,
                .elements = gst_parse_bin_from_description(is_video ? kVideo : kAudio, FALSE, nullptr),
                .mixer = gst_bin_get_by_name(GST_BIN(pipeline), is_video ? "video" : "audio"),
                .place = nullptr};
  GstElement* first = gst_bin_get_by_name(GST_BIN(branch.elements), "first");
  GstElement* last = gst_bin_get_by_name(GST_BIN(branch.elements), "last");
  gst_object_ref(branch.elements);
  gst_bin_add(GST_BIN(pipeline), branch.elements);
  {
    std::lock_guard lock(mutex);
    branch.place = gst_element_request_pad_simple(branch.mixer, "sink_%u");
    gst_element_link_pads(last, "src", branch.mixer, GST_PAD_NAME(branch.place));
    gst_pad_add_probe(branch.place, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, branch.elements, nullptr);
    branches.push_back(branch);
    arrange();
  }
  gst_element_link_pads(server, GST_PAD_NAME(pad), first, "sink");
  gst_element_sync_state_with_parent(branch.elements);
  gst_object_unref(first);
  gst_object_unref(last);
}

// A publisher that cannot be decoded is left out of the mix. (What has been removed is in no pipeline.)
void on_error(GstBus*, GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  g_print("error: %s\n", error->message);
  g_error_free(error);
  GstObject* from = GST_MESSAGE_SRC(message);
  if (!gst_object_has_as_ancestor(from, GST_OBJECT(pipeline))) return;
  std::unique_lock lock(mutex);
  const auto failed = std::ranges::find_if(branches, [from](const Branch& branch) {
    return gst_object_has_as_ancestor(from, GST_OBJECT(branch.elements));
  });
  GstElement* elements = failed == branches.end() ? nullptr : failed->elements;
  lock.unlock();
  if (elements) {
    remove(elements);
  } else {
    result = 1;
    g_main_loop_quit(loop);
  }
}

void on_latency(GstBus*, GstMessage*) { gst_bin_recalculate_latency(GST_BIN(pipeline)); }

gboolean on_interrupt(gpointer) {
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

GstElement* new_mix() {
  const std::string picture =
      "video/x-raw,framerate=30/1,pixel-aspect-ratio=1/1,width=" + std::to_string(width) +
      ",height=" + std::to_string(height);
  const char* sink = to && g_str_has_prefix(to, "rtmp") ? "rtmp2sink" : "filesink";
  const std::string show = to ? kEncode : "videoconvert ! autovideosink";
  const std::string play = to ? kWrite + sink + " location=" + to : "autoaudiosink";
  gchar* description =
      g_strdup_printf(kMix, picture.c_str(), show.c_str(), picture.c_str(), kSound, play.c_str(), kSound);
  GError* error = nullptr;
  GstElement* mix = gst_parse_launch(description, &error);
  g_free(description);
  if (error) g_error("%s", error->message);
  return mix;
}

}  // namespace

int main(int argc, char** argv) {
  GOptionContext* context = g_option_context_new("- mixes up to four publishers");
  g_option_context_add_main_entries(context, kOptions, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  GError* error = nullptr;
  if (!g_option_context_parse(context, &argc, &argv, &error)) g_error("%s", error->message);
  g_option_context_free(context);

  loop = g_main_loop_new(nullptr, FALSE);
  pipeline = new_mix();
  GstElement* server = gst_element_factory_make("rtmp2serverbin", nullptr);
  g_object_set(server, "port", port, "max-publishers", 4, "isolate-errors", TRUE, nullptr);
  g_signal_connect(server, "pad-added", G_CALLBACK(on_pad_added), nullptr);
  gst_bin_add(GST_BIN(pipeline), server);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_signal_watch(bus);
  g_signal_connect(bus, "message::error", G_CALLBACK(on_error), nullptr);
  g_signal_connect(bus, "message::latency", G_CALLBACK(on_latency), nullptr);
  g_unix_signal_add(SIGINT, on_interrupt, nullptr);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    guint current_port = 0;
    g_object_get(server, "current-port", &current_port, nullptr);
    g_print("listening on port %u\n", current_port);
  }
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  while (!branches.empty()) remove(branches.front().elements);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  g_main_loop_unref(loop);
  g_free(to);
  return result;
}
