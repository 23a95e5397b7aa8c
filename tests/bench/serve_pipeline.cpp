// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib-unix.h>
#include <gst/gst.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "floor_source.h"
#include "media_pattern.h"
#include "serve.h"
#include "socket.h"

namespace rtmp::bench {
namespace {

constexpr std::size_t kTagHeader = 11;

struct Unref {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
using ElementPtr = std::unique_ptr<GstElement, Unref>;

/// A GError as an exception.
[[noreturn]] void throw_error(GError* error) {
  const std::string text = error != nullptr ? error->message : "unknown error";
  g_clear_error(&error);
  throw std::runtime_error(text);
}

struct Watch {
  GMainLoop* loop;
  GstElement* pipeline;
  std::int64_t done_ns = 0;
  std::string failure;
};

gboolean on_message(GstBus*, GstMessage* message, gpointer user_data) {
  auto* watch = static_cast<Watch*>(user_data);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    watch->failure = error->message;
    g_error_free(error);
  } else if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS) {
    return G_SOURCE_CONTINUE;
  }
  watch->done_ns = now_ns();
  g_main_loop_quit(watch->loop);
  return G_SOURCE_CONTINUE;
}

/// How long it takes to read the statistics of each source that has some.
void report_stats_time(GstElement* pipeline) {
  const std::int64_t start = now_ns();
  GstIterator* sources = gst_bin_iterate_sources(GST_BIN(pipeline));
  gst_iterator_foreach(
      sources,
      [](const GValue* source, gpointer) {
        GstStructure* stats = nullptr;
        g_object_get(g_value_get_object(source), "stats", &stats, nullptr);
        gst_structure_free(stats);
      },
      nullptr);
  gst_iterator_free(sources);
  report_line("stats " + std::to_string(static_cast<double>(now_ns() - start) * 1e-9));
}

gboolean on_control(gint fd, GIOCondition, gpointer user_data) {
  char question = 0;
  auto* watch = static_cast<Watch*>(user_data);
  if (::read(fd, &question, 1) == 1) {
    if (question == kStatsQuestion)
      report_stats_time(watch->pipeline);
    else
      report_cpu();
    return G_SOURCE_CONTINUE;
  }
  watch->done_ns = now_ns();
  g_main_loop_quit(watch->loop);
  return G_SOURCE_REMOVE;
}

/// The latencies seen at the sink's pad. Written by the streaming thread, read when that has ended.
using Latencies = std::vector<std::int64_t>;

void time_frame(GstBuffer* buffer, std::int64_t now, Latencies& latencies) {
  std::array<std::uint8_t, kStampSize> stamp;
  if (gst_buffer_extract(buffer, kTagHeader + kStampInBody, stamp.data(), stamp.size()) != stamp.size())
    return;
  std::uint64_t magic = 0;
  std::int64_t sent = 0;
  std::memcpy(&magic, stamp.data(), sizeof magic);
  std::memcpy(&sent, stamp.data() + sizeof magic, sizeof sent);
  if (magic == kStampMagic) latencies.push_back(now - sent);
}

/// A source may push one buffer at a time, or as a list what came together.
GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer user_data) {
  const std::int64_t now = now_ns();
  auto& latencies = *static_cast<Latencies*>(user_data);
  if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    time_frame(GST_PAD_PROBE_INFO_BUFFER(info), now, latencies);
    return GST_PAD_PROBE_OK;
  }
  GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
  for (guint i = 0; i < gst_buffer_list_length(list); ++i) {
    time_frame(gst_buffer_list_get(list, i), now, latencies);
  }
  return GST_PAD_PROBE_OK;
}

ElementPtr child(GstElement* pipeline, const char* name) {
  ElementPtr element(gst_bin_get_by_name(GST_BIN(pipeline), name));
  if (!element) throw std::runtime_error(std::string("no element is named ") + name);
  return element;
}

/// What the sinks themselves count: a probe would cost the measured process time.
std::uint64_t rendered_buffers(GstElement* pipeline) {
  std::uint64_t sum = 0;
  GstIterator* sinks = gst_bin_iterate_sinks(GST_BIN(pipeline));
  gst_iterator_foreach(
      sinks,
      [](const GValue* sink, gpointer user_data) {
        GstStructure* stats = nullptr;
        g_object_get(g_value_get_object(sink), "stats", &stats, nullptr);
        guint64 rendered = 0;
        gst_structure_get_uint64(stats, "rendered", &rendered);
        gst_structure_free(stats);
        *static_cast<std::uint64_t*>(user_data) += rendered;
      },
      &sum);
  gst_iterator_free(sinks);
  return sum;
}

/// A fakesink for each pad that any element gets, and that the description does not link.
void drop_pads_that_come(GstElement* pipeline) {
  const auto on_pad = [](GstElement*, GstPad* pad, gpointer user_data) {
    if (gst_pad_is_linked(pad)) return;
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "async", FALSE, nullptr);
    gst_bin_add(GST_BIN(user_data), sink);
    gst_element_sync_state_with_parent(sink);
    GstPad* entry = gst_element_get_static_pad(sink, "sink");
    gst_pad_link(pad, entry);
    gst_object_unref(entry);
  };
  GstIterator* elements = gst_bin_iterate_elements(GST_BIN(pipeline));
  for (GValue element = G_VALUE_INIT; gst_iterator_next(elements, &element) == GST_ITERATOR_OK;
       g_value_unset(&element))
    g_signal_connect(g_value_get_object(&element), "pad-added",
                     G_CALLBACK(static_cast<void (*)(GstElement*, GstPad*, gpointer)>(on_pad)), pipeline);
  gst_iterator_free(elements);
}

int current_port(GstElement* source) {
  gint port = 0;
  g_object_get(source, "current-port", &port, nullptr);
  if (port == 0) throw std::runtime_error("the source has no current-port after its start");
  return port;
}

}  // namespace

void serve_pipeline(const std::string& description, bool timed) {
  gst_init(nullptr, nullptr);
  register_floor_source();
  GError* error = nullptr;
  GstElement* parsed =
      gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (!parsed) throw_error(error);
  // A single element comes without a pipeline.
  const ElementPtr pipeline(GST_IS_PIPELINE(parsed) ? parsed : gst_pipeline_new(nullptr));
  if (!GST_IS_PIPELINE(parsed)) gst_bin_add(GST_BIN(pipeline.get()), parsed);
  const ElementPtr source = child(pipeline.get(), "source");
  drop_pads_that_come(pipeline.get());

  Latencies latencies;
  if (timed) {
    latencies.reserve(100'000);
    const ElementPtr sink = child(pipeline.get(), "sink");
    GstPad* pad = gst_element_get_static_pad(sink.get(), "sink");
    constexpr auto kData =
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(pad, kData, on_data, &latencies, nullptr);
    gst_object_unref(pad);
  }

  const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                      g_main_loop_unref);
  Watch watch{loop.get(), pipeline.get()};
  GstBus* bus = gst_element_get_bus(pipeline.get());
  gst_bus_add_watch(bus, on_message, &watch);
  g_unix_fd_add(kControlFd, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), on_control, &watch);

  // The source listens when this returns; the sink waits for its first buffer.
  if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    if (message != nullptr) gst_message_parse_error(message, &error, nullptr);
    g_clear_pointer(&message, gst_message_unref);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    throw_error(error);
  }
  report_line("port " + std::to_string(current_port(source.get())));
  g_main_loop_run(loop.get());

  const std::uint64_t rendered = rendered_buffers(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  gst_bus_remove_watch(bus);
  gst_object_unref(bus);
  if (!watch.failure.empty()) throw std::runtime_error(watch.failure);
  for (const std::int64_t latency : latencies) report_line("latency " + std::to_string(latency));
  report_done(watch.done_ns, rendered);
}

}  // namespace rtmp::bench
