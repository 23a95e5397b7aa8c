// SPDX-License-Identifier: LGPL-2.1-or-later
#include "byte_stream.h"

#include <algorithm>

namespace rtmp {
namespace {

struct Maker {
  const char* media_type;
  const char* element;
};
constexpr Maker kMakers[]{{"video/x-h264", "h264parse"}, {"video/x-h265", "h265parse"}};

const Maker* maker_of(const GstCaps* caps) {
  if (gst_caps_is_any(caps) || gst_caps_is_empty(caps)) return nullptr;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const auto* found = std::ranges::find_if(
      kMakers, [&](const Maker& maker) { return gst_structure_has_name(structure, maker.media_type); });
  return found == std::end(kMakers) ? nullptr : found;
}

gboolean answer(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return gst_pad_query_default(pad, parent, query);
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  GstQuery* inner = gst_query_new_caps(nullptr);
  const gboolean answered = gst_pad_query_default(pad, parent, inner);
  GstCaps* caps = nullptr;
  if (answered) {
    gst_query_parse_caps_result(inner, &caps);
    caps = gst_caps_ref(caps);
    if (CapsPtr other = as_byte_stream(caps)) caps = gst_caps_merge(caps, other.release());
    GstCaps* wanted = filter ? gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST) : nullptr;
    gst_query_set_caps_result(query, wanted ? wanted : caps);
    gst_clear_caps(&wanted);
    gst_clear_caps(&caps);
  }
  gst_query_unref(inner);
  return answered;
}

}  // namespace

CapsPtr as_byte_stream(const GstCaps* caps) {
  if (!maker_of(caps)) return nullptr;
  GstCaps* made = gst_caps_copy(caps);
  gst_caps_set_simple(made, "stream-format", G_TYPE_STRING, "byte-stream", "alignment", G_TYPE_STRING, "au",
                      nullptr);
  gst_structure_remove_field(gst_caps_get_structure(made, 0), "codec_data");
  return CapsPtr(made);
}

GstElement* new_byte_stream_maker(const GstCaps* caps) {
  const Maker* maker = maker_of(caps);
  GstElement* element = maker ? gst_element_factory_make(maker->element, nullptr) : nullptr;
  if (element) g_object_set(element, "config-interval", -1, nullptr);
  return element;
}

void offer_byte_stream(GstPad* ghost) { gst_pad_set_query_function(ghost, answer); }

}  // namespace rtmp
