// SPDX-License-Identifier: LGPL-2.1-or-later
// Hands the pictures and the sound of every publisher to two functions, whatever their codecs. frames.py is
// the same in Python.
//
// Replace picture() and sound() by your own. Each track has a pad, a decoder and an appsink of its own, from
// its first frame until its end. So publishers may come, go and come back, with any tracks and formats.
#include <glib-unix.h>
#include <gst/gst.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <string>

namespace {

const std::string kSink = "appsink name=sink emit-signals=true sync=false async=false";
const std::string kVideo = "queue name=queue ! decodebin ! videoconvert ! video/x-raw,format=RGBA ! " + kSink;
const std::string kAudio =
    "queue name=queue ! decodebin ! audioconvert ! audio/x-raw,format=S16LE,layout=interleaved ! " + kSink;

// What follows a pad.
struct Track {
  std::string name;
  unsigned count = 0;  // of its frames
};

GMainLoop* loop;
GstElement* pipeline;
GstElement* server;
int result = 0;

// The time is the running time of the pipeline, in seconds. Each runs in a thread of the track.
void picture(const Track& track, double time, int width, int height, const std::uint8_t* rgba,
             std::size_t size) {
  if (track.count % 30 != 0) return;
  std::size_t sum = 0;
  for (std::size_t at = 0; at < size; at += 4) sum += rgba[at] + rgba[at + 1] + rgba[at + 2];
  g_print("%s: frame %u at %.3f s, %dx%d, brightness %.0f\n", track.name.c_str(), track.count, time, width,
          height, static_cast<double>(sum) / (static_cast<double>(size) / 4 * 3));
}

void sound(const Track& track, double time, int rate, int channels, const std::int16_t* samples,
           std::size_t size) {
  if (track.count % 40 != 0) return;
  double squares = 0;
  for (std::size_t at = 0; at < size; ++at)
    squares += double{samples[at] / 32768.0} * (samples[at] / 32768.0);
  g_print("%s: frame %u at %.3f s, %d Hz, %d channels, level %.3f\n", track.name.c_str(), track.count, time,
          rate, channels, std::sqrt(squares / static_cast<double>(size)));
}

GstFlowReturn on_sample(GstElement* sink, Track* track) {
  GstSample* sample = nullptr;
  g_signal_emit_by_name(sink, "pull-sample", &sample);
  if (!sample) return GST_FLOW_EOS;
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstStructure* caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
  const GstClockTime time =
      gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  const double seconds = static_cast<double>(time) / GST_SECOND;
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
    int width = 0, height = 0, rate = 0, channels = 0;
    if (gst_structure_get(caps, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height, nullptr))
      picture(*track, seconds, width, height, map.data, map.size);
    else if (gst_structure_get(caps, "rate", G_TYPE_INT, &rate, "channels", G_TYPE_INT, &channels, nullptr))
      sound(*track, seconds, rate, channels, reinterpret_cast<std::int16_t*>(map.data), map.size / 2);
    gst_buffer_unmap(buffer, &map);
  }
  gst_sample_unref(sample);
  ++track->count;
  return GST_FLOW_OK;
}

// In the main thread: a thread of the track cannot end itself.
gboolean remove(gpointer data) {
  auto* branch = static_cast<GstElement*>(data);
  if (GST_OBJECT_PARENT(branch) == GST_OBJECT(pipeline)) {
    gst_element_set_state(branch, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline), branch);
    const auto* track = static_cast<Track*>(g_object_get_data(G_OBJECT(branch), "track"));
    g_print("%s: ended, %u frames\n", track->name.c_str(), track->count);
  }
  return G_SOURCE_REMOVE;
}

void on_eos(GstElement*, GstElement* branch) {
  g_idle_add_full(G_PRIORITY_DEFAULT, remove, gst_object_ref(branch), gst_object_unref);
}

void on_pad_added(GstElement*, GstPad* pad) {
  auto* track = new Track{GST_PAD_NAME(pad)};
  const bool is_video = g_str_has_prefix(GST_PAD_NAME(pad), "video");
  GstElement* branch = gst_parse_bin_from_description((is_video ? kVideo : kAudio).c_str(), FALSE, nullptr);
  g_object_set_data_full(G_OBJECT(branch), "track", track,
                         [](gpointer data) { delete static_cast<Track*>(data); });
  // A decoder that waits for its first frame stops nothing else.
  g_object_set(branch, "async-handling", TRUE, nullptr);
  GstElement* queue = gst_bin_get_by_name(GST_BIN(branch), "queue");
  GstElement* sink = gst_bin_get_by_name(GST_BIN(branch), "sink");
  g_signal_connect(sink, "new-sample", G_CALLBACK(on_sample), track);
  g_signal_connect(sink, "eos", G_CALLBACK(on_eos), branch);
  gst_bin_add(GST_BIN(pipeline), branch);
  gst_element_link_pads(server, GST_PAD_NAME(pad), queue, "sink");
  gst_element_sync_state_with_parent(branch);
  gst_object_unref(sink);
  gst_object_unref(queue);
}

// What one track cannot decode is no reason to end the others. The pipeline's EOS says that all tracks have
// ended.
void on_error(GstBus*, GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  g_print("error: %s\n", error->message);
  g_error_free(error);
  GstObject* from = GST_MESSAGE_SRC(message);
  if (gst_object_has_as_ancestor(from, GST_OBJECT(server))) {
    result = 1;
    g_main_loop_quit(loop);
    return;
  }
  while (GST_OBJECT_PARENT(from) && GST_OBJECT_PARENT(from) != GST_OBJECT(pipeline))
    from = GST_OBJECT_PARENT(from);
  remove(from);
}

gboolean on_interrupt(gpointer) {
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  gint port = 1935;
  const GOptionEntry options[] = {
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on; 0: a free one", "PORT"}, {}};
  GOptionContext* context = g_option_context_new("- shows what two functions get of each publisher");
  g_option_context_add_main_entries(context, options, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  GError* error = nullptr;
  if (!g_option_context_parse(context, &argc, &argv, &error)) g_error("%s", error->message);
  g_option_context_free(context);

  loop = g_main_loop_new(nullptr, FALSE);
  pipeline = gst_pipeline_new(nullptr);
  server = gst_element_factory_make("rtmp2serverbin", nullptr);
  g_object_set(server, "port", port, "max-publishers", 0, "isolate-errors", TRUE, nullptr);
  g_signal_connect(server, "pad-added", G_CALLBACK(on_pad_added), nullptr);
  gst_bin_add(GST_BIN(pipeline), server);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_signal_watch(bus);
  g_signal_connect(bus, "message::error", G_CALLBACK(on_error), nullptr);
  g_unix_signal_add(SIGINT, on_interrupt, nullptr);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    guint current_port = 0;
    g_object_get(server, "current-port", &current_port, nullptr);
    g_print("listening on port %u\n", current_port);
  }
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  g_main_loop_unref(loop);
  return result;
}
