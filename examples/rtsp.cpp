// SPDX-License-Identifier: LGPL-2.1-or-later
// Passes a publisher on to RTSP viewers, who may come first, and stay while an encoder goes and comes back.
// rtsp.py is the same in Python.
//
// Nothing is encoded again. gst-rtsp-server makes a pipeline when the first viewer comes, and ends it behind
// the last. So the publisher's pads end in appsinks, which last, and what comes there goes on to the appsrcs
// of the viewers' pipeline, if there is one. A viewer who comes before a publisher waits for it, for up to
// twenty seconds.
#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <string>

namespace {

constexpr std::chrono::seconds kPatience{
    20};  // as that of gst-rtsp-server, which waits as long for the first frames

struct Payloader {
  const char* caps;
  const char* description;
};
constexpr Payloader kPayloaders[] = {{"video/x-h264", "h264parse ! rtph264pay config-interval=-1"},
                                     {"video/x-h265", "h265parse ! rtph265pay config-interval=-1"},
                                     {"audio/mpeg, mpegversion=(int)4", "aacparse ! rtpmp4gpay"},
                                     {"audio/mpeg, mpegversion=(int)1", "mpegaudioparse ! rtpmpapay"},
                                     {"audio/x-opus", "opusparse ! rtpopuspay"}};

GMainLoop* loop;
GstElement* pipeline;
int result = 0;
std::mutex mutex;  // guards these
std::condition_variable changed;
bool has_tracks = false;
std::map<std::string, const char*> tracks;   // of the publisher: by the name of the pad, its payloader
std::map<std::string, GstElement*> sources;  // of the viewers' pipeline, by the same; each with a reference

const char* payloader_for(GstCaps* caps) {
  for (const Payloader& payloader : kPayloaders) {
    GstCaps* taken = gst_caps_from_string(payloader.caps);
    const bool fits = gst_caps_can_intersect(caps, taken);
    gst_caps_unref(taken);
    if (fits) return payloader.description;
  }
  return nullptr;
}

// The appsrc of the viewers for an appsink, with a reference; null if there are none, or they do not play
// yet.
GstElement* source_for(GstElement* sink) {
  std::lock_guard lock(mutex);
  const auto found = sources.find(GST_OBJECT_NAME(sink));
  if (found == sources.end() || gst_element_get_base_time(found->second) == 0) return nullptr;
  return static_cast<GstElement*>(gst_object_ref(found->second));
}

// The two pipelines have the same clock, and started at different times.
GstFlowReturn on_sample(GstElement* sink, gpointer) {
  GstSample* sample = nullptr;
  g_signal_emit_by_name(sink, "pull-sample", &sample);
  if (!sample) return GST_FLOW_EOS;
  if (GstElement* source = source_for(sink)) {
    GstBuffer* buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
    const auto shift =
        static_cast<gint64>(gst_element_get_base_time(sink) - gst_element_get_base_time(source));
    const auto shifted = [&](GstClockTime time) -> GstClockTime {
      time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, time);
      if (!GST_CLOCK_TIME_IS_VALID(time)) return time;
      return static_cast<GstClockTime>(std::max<gint64>(0, static_cast<gint64>(time) + shift));
    };
    GST_BUFFER_PTS(buffer) = shifted(GST_BUFFER_PTS(buffer));
    GST_BUFFER_DTS(buffer) = shifted(GST_BUFFER_DTS(buffer));
    GstSample* passed = gst_sample_new(buffer, gst_sample_get_caps(sample), nullptr, nullptr);
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(source, "push-sample", passed, &flow);
    gst_sample_unref(passed);
    gst_buffer_unref(buffer);
    gst_object_unref(source);
  }
  gst_sample_unref(sample);
  return GST_FLOW_OK;
}

void on_pad_added(GstElement*, GstPad* pad) {
  GstCaps* caps = gst_pad_query_caps(pad, nullptr);
  const char* payloader = payloader_for(caps);
  gst_caps_unref(caps);
  if (payloader) {
    std::lock_guard lock(mutex);
    tracks[GST_PAD_NAME(pad)] = payloader;
  }
  GstElement* sink = gst_element_factory_make("appsink", GST_PAD_NAME(pad));
  g_object_set(sink, "emit-signals", TRUE, "async", FALSE, "max-buffers", 1, nullptr);
  g_signal_connect(sink, "new-sample", G_CALLBACK(on_sample), nullptr);
  gst_bin_add(GST_BIN(pipeline), sink);
  GstPad* entry = gst_element_get_static_pad(sink, "sink");
  gst_pad_link(pad, entry);
  gst_object_unref(entry);
  gst_element_sync_state_with_parent(sink);
  g_print("%s: %s\n", GST_PAD_NAME(pad), payloader ? payloader : "left out");
}

void on_no_more_pads(GstElement*) {
  std::lock_guard lock(mutex);
  has_tracks = true;
  changed.notify_all();
}

// Makes the pipeline of the viewers.
GstElement* create_element(GstRTSPMediaFactory*, const GstRTSPUrl*) {
  std::unique_lock lock(mutex);
  if (!changed.wait_for(lock, kPatience, [] { return has_tracks; })) return nullptr;
  std::string description, names;
  int number = 0;
  for (const char* name : {"video_0_0", "audio_0_0"}) {
    const auto track = tracks.find(name);
    if (track == tracks.end()) continue;
    names += std::string(" ") + name;
    description += std::string("appsrc name=") + name +
                   " is-live=true format=time max-bytes=8000000 leaky-type=downstream ! " + track->second +
                   " name=pay" + std::to_string(number++) + " ";
  }
  GstElement* media = gst_parse_launch(("( " + description + ")").c_str(), nullptr);
  for (const auto& [name, source] : sources) gst_object_unref(source);
  sources.clear();
  for (const auto& [name, payloader] : tracks)
    if (GstElement* source = gst_bin_get_by_name(GST_BIN(media), name.c_str())) sources[name] = source;
  g_print("viewers:%s\n", names.c_str());
  return media;
}

struct Factory {
  GstRTSPMediaFactory parent;
};
struct FactoryClass {
  GstRTSPMediaFactoryClass parent;
};
G_DEFINE_TYPE(Factory, factory, GST_TYPE_RTSP_MEDIA_FACTORY)
void factory_class_init(FactoryClass* self) { self->parent.create_element = create_element; }
void factory_init(Factory*) {}

void on_error(GstBus*, GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  g_printerr("%s\n", error->message);
  g_error_free(error);
  result = 1;
  g_main_loop_quit(loop);
}

gboolean on_interrupt(gpointer) {
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

GstRTSPServer* new_viewers(const char* service) {
  GstRTSPServer* viewers = gst_rtsp_server_new();
  gst_rtsp_server_set_service(viewers, service);
  auto* factory = static_cast<GstRTSPMediaFactory*>(g_object_new(factory_get_type(), nullptr));
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(viewers);
  gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
  g_object_unref(mounts);
  GstRTSPThreadPool* threads = gst_rtsp_server_get_thread_pool(viewers);
  gst_rtsp_thread_pool_set_max_threads(threads, -1);  // one who waits holds no other
  g_object_unref(threads);
  return viewers;
}

}  // namespace

int main(int argc, char** argv) {
  gint port = 1935;
  gchar* rtsp_port = nullptr;
  const GOptionEntry options[] = {
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on for publishers; 0: a free one", "PORT"},
      {"rtsp-port", 0, 0, G_OPTION_ARG_STRING, &rtsp_port, "the same for viewers of rtsp://HOST:PORT/live",
       "PORT"},
      {}};
  GOptionContext* context = g_option_context_new("- passes a publisher on to RTSP viewers");
  g_option_context_add_main_entries(context, options, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  GError* error = nullptr;
  const bool understood = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!understood) {
    g_printerr("%s\n", error->message);
    return 2;
  }
  loop = g_main_loop_new(nullptr, FALSE);
  GstRTSPServer* viewers = new_viewers(rtsp_port ? rtsp_port : "8554");
  const guint attached = gst_rtsp_server_attach(viewers, nullptr);
  if (attached == 0) {
    g_printerr("port %s is taken\n", rtsp_port ? rtsp_port : "8554");
    return 1;
  }
  pipeline = gst_pipeline_new(nullptr);
  GstElement* server = gst_element_factory_make("rtmp2serverbin", nullptr);
  g_object_set(server, "port", port, "keep-listening", TRUE, nullptr);
  g_signal_connect(server, "pad-added", G_CALLBACK(on_pad_added), nullptr);
  g_signal_connect(server, "no-more-pads", G_CALLBACK(on_no_more_pads), nullptr);
  gst_bin_add(GST_BIN(pipeline), server);
  GstClock* clock = gst_system_clock_obtain();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
  gst_object_unref(clock);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_signal_watch(bus);
  g_signal_connect(bus, "message::error", G_CALLBACK(on_error), nullptr);
  g_unix_signal_add(SIGINT, on_interrupt, nullptr);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    guint current_port = 0;
    g_object_get(server, "current-port", &current_port, nullptr);
    g_print("viewers on port %d\nlistening on port %u\n", gst_rtsp_server_get_bound_port(viewers),
            current_port);
  }
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  g_source_remove(attached);
  g_object_unref(viewers);
  for (const auto& [name, source] : sources) gst_object_unref(source);
  gst_bus_remove_signal_watch(bus);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  g_main_loop_unref(loop);
  g_free(rtsp_port);
  return result;
}
