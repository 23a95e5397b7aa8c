// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: a byte that says how the rest is cut into buffers, then the bytes of an FLV stream. They go through
// the framer alone, at once and in pieces, and through the whole of eflvdemux.
#include <gst/gst.h>

#include <algorithm>
#include <span>
#include <tuple>
#include <vector>

#include "gsteflvdemux.h"
#include "input.h"
#include "require.h"
#include "tag_framer.h"

namespace rtmp::fuzz {
namespace {

using Tags = std::vector<std::tuple<std::uint8_t, std::uint32_t, test::Bytes>>;

BufferPtr to_buffer(std::span<const std::uint8_t> bytes) {
  return BufferPtr(bytes.empty() ? gst_buffer_new() : gst_buffer_new_memdup(bytes.data(), bytes.size()));
}

void take(TagFramer& framer, Tags& tags) {
  while (const auto tag = framer.next()) {
    const gsize size = gst_buffer_get_size(tag->buffer);
    require(tag->offset + tag->body.size() <= size, "a body lies in its buffer");
    test::Bytes body(tag->body.size());
    if (!body.empty()) gst_buffer_extract(tag->buffer, tag->offset, body.data(), body.size());
    require(std::ranges::equal(body, tag->body), "a body is what its buffer holds there");
    tags.emplace_back(tag->type, tag->timestamp, std::move(body));
  }
}

template <class Take>
void in_pieces(const Delivery& delivery, bool cut, Take take_piece) {
  const std::span<const std::uint8_t> bytes(delivery.bytes);
  std::size_t at = 0;
  if (cut) {
    for (const std::size_t split : delivery.splits) {
      if (split <= at || split >= bytes.size()) continue;
      take_piece(bytes.subspan(at, split - at));
      at = split;
    }
  }
  take_piece(bytes.subspan(at));
}

Tags frame(const Delivery& delivery, bool cut, std::uint64_t& passed_over) {
  TagFramer framer;
  Tags tags;
  in_pieces(delivery, cut, [&](std::span<const std::uint8_t> piece) {
    framer.push(to_buffer(piece));
    take(framer, tags);
  });
  framer.end();
  take(framer, tags);
  passed_over = framer.passed_over();
  return tags;
}

void check_framer(const Delivery& delivery) {
  std::uint64_t passed_over = 0, in_pieces_passed_over = 0;
  const Tags at_once = frame(delivery, false, passed_over);
  const Tags cut = frame(delivery, true, in_pieces_passed_over);
  require(passed_over <= delivery.bytes.size(), "no byte is passed over twice");
  if (passed_over == 0 && in_pieces_passed_over == 0)
    require(at_once == cut, "what is not damaged is the same however it comes");
}

void demux(const Delivery& delivery) {
  GstElement* element = GST_ELEMENT(g_object_new(GST_TYPE_EFLV_DEMUX, "data-pads", 1, nullptr));
  gst_object_ref_sink(element);
  GstBus* bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  GstPad* sink = gst_element_get_static_pad(element, "sink");
  gst_element_set_state(element, GST_STATE_PAUSED);
  gst_pad_send_event(sink, gst_event_new_stream_start("fuzz"));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);
  gst_pad_send_event(sink, gst_event_new_segment(&segment));
  in_pieces(delivery, true,
            [&](std::span<const std::uint8_t> piece) { gst_pad_chain(sink, to_buffer(piece).release()); });
  gst_pad_send_event(sink, gst_event_new_eos());
  while (GstMessage* message = gst_bus_pop(bus)) {
    require(GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR, "no stream is an error");
    gst_message_unref(message);
  }
  gst_element_set_state(element, GST_STATE_NULL);
  gst_bus_set_flushing(bus, TRUE);  // the last messages would keep the element, and so the bus
  gst_object_unref(sink);
  gst_object_unref(bus);
  gst_object_unref(element);
}

}  // namespace
}  // namespace rtmp::fuzz

// What GLib keeps for good is no leak of this project's. Only stacks through libraries tell that it is
// GLib's.
extern "C" const char* __asan_default_options() {  // NOLINT: its name
  return "fast_unwind_on_malloc=0:malloc_context_size=8";
}
extern "C" const char* __lsan_default_suppressions() {  // NOLINT: its name
  return "leak:g_intern_\nleak:g_quark_from_\nleak:ld-linux\n";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = [] {
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL));
    gst_init(nullptr, nullptr);
    return gst_is_initialized() != FALSE;
  }();
  if (!ready) return 0;
  const rtmp::fuzz::Delivery delivery(data, size);
  rtmp::fuzz::check_framer(delivery);
  rtmp::fuzz::demux(delivery);
  return 0;
}
