// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stopped_peer.h"

namespace rtmp {
namespace {

// Sinks stop before sources: the pipeline is asked before.
bool is_to_stop(GstObject* bin) {
  if (GST_STATE_TARGET(GST_ELEMENT(bin)) < GST_STATE_PAUSED) return true;
  GstObject* parent = gst_object_get_parent(bin);
  const bool stops = parent && is_to_stop(parent);
  g_clear_pointer(&parent, gst_object_unref);
  return stops;
}

GstFlowReturn flow_of(GstObject* ghost, GstFlowReturn flow) {
  if (flow != GST_FLOW_FLUSHING || GST_PAD_IS_FLUSHING(GST_PAD(ghost))) return flow;
  GstObject* bin = gst_object_get_parent(ghost);
  const bool is_alone = bin && !is_to_stop(bin);
  g_clear_pointer(&bin, gst_object_unref);
  return is_alone ? GST_FLOW_NOT_LINKED : flow;
}

GstFlowReturn chain(GstPad* pad, GstObject* ghost, GstBuffer* buffer) {
  return flow_of(ghost, gst_proxy_pad_chain_default(pad, ghost, buffer));
}

GstFlowReturn chain_list(GstPad* pad, GstObject* ghost, GstBufferList* list) {
  return flow_of(ghost, gst_proxy_pad_chain_list_default(pad, ghost, list));
}

}  // namespace

void count_stopped_peer_as_not_linked(GstPad* ghost) {
  GstPad* inner = GST_PAD(gst_proxy_pad_get_internal(GST_PROXY_PAD(ghost)));
  gst_pad_set_chain_function(inner, chain);
  gst_pad_set_chain_list_function(inner, chain_list);
  gst_object_unref(inner);
}

}  // namespace rtmp
