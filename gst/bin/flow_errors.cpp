// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flow_errors.h"

#include <string>

#include "glib_text.h"
#include "object_lock.h"

namespace rtmp {
namespace {

// What downstream has returned. What keeps the source from starting has none.
GstFlowReturn flow_of(GstMessage* message) {
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message, &details);
  gint flow = GST_FLOW_OK;
  if (details) gst_structure_get_int(details, "flow-return", &flow);
  return static_cast<GstFlowReturn>(flow);
}

// "video_0_0, audio_0_0"
std::string pads_of(GstElement* bin, guint number) {
  const std::string mark = "_" + std::to_string(number) + "_";
  std::string names;
  const ObjectLock lock(bin);
  for (const GList* item = bin->srcpads; item; item = item->next) {
    const std::string name = GST_PAD_NAME(item->data);
    if (name.find(mark) != std::string::npos) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace

bool replace_flow_error(GstElement* bin, GstMessage* message, guint number, bool isolates) {
  const GstFlowReturn flow = flow_of(message);
  if (flow == GST_FLOW_OK) return false;
  const bool linked = flow != GST_FLOW_NOT_LINKED;
  if (linked && !isolates) return false;
  const std::string what =
      linked ? "What is behind the pads of publisher " + std::to_string(number) + " has failed."
             : "Publisher " + std::to_string(number) + " has the pads " + pads_of(bin, number) +
                   ", and none of them is linked.";
  gchar* debug = nullptr;
  gst_message_parse_error(message, nullptr, &debug);
  const GText owner(debug);
  if (isolates) {
    GST_ELEMENT_WARNING_WITH_DETAILS(bin, STREAM, FAILED,
                                     ("%s Its stream ends; the others go on.", what.c_str()),
                                     ("%s", debug ? debug : ""), ("number", G_TYPE_UINT, number, nullptr));
  } else {
    GST_ELEMENT_ERROR_WITH_DETAILS(
        bin, STREAM, FAILED, ("%s", what.c_str()), ("%s", debug ? debug : ""),
        ("number", G_TYPE_UINT, number, "flow-return", G_TYPE_INT, static_cast<gint>(flow), nullptr));
  }
  return true;
}

}  // namespace rtmp
