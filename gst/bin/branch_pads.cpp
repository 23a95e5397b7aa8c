// SPDX-License-Identifier: LGPL-2.1-or-later
#include "branch_pads.h"

#include "stopped_peer.h"

namespace rtmp {
namespace {

// Elements that a pad is linked to before data flows look at these.
gboolean copy_sticky_event(GstPad*, GstEvent** event, gpointer ghost) {
  if (GST_EVENT_TYPE(*event) != GST_EVENT_EOS) gst_pad_store_sticky_event(GST_PAD(ghost), *event);
  return TRUE;
}

}  // namespace

BranchPads::BranchPads(GstElement* bin, GstElement* demux, guint number)
    : bin_(bin), demux_(demux), number_(number) {
  const auto added = [](GstElement*, GstPad* pad, gpointer self) {
    if (GST_PAD_IS_SRC(pad)) static_cast<BranchPads*>(self)->add(pad);
  };
  const auto removed = [](GstElement*, GstPad* pad, gpointer self) {
    static_cast<BranchPads*>(self)->remove(pad);
  };
  const auto no_more = [](GstElement*, gpointer self) { static_cast<BranchPads*>(self)->no_more(); };
  g_signal_connect(demux_, "pad-added", G_CALLBACK(+added), this);
  g_signal_connect(demux_, "pad-removed", G_CALLBACK(+removed), this);
  g_signal_connect(demux_, "no-more-pads", G_CALLBACK(+no_more), this);
}

BranchPads::~BranchPads() { g_signal_handlers_disconnect_by_data(demux_, this); }

// Of `video_0`: "video", and "_0".
GstPad* BranchPads::new_ghost(const std::string& name, GstPad* target) {
  const std::size_t at = name.find('_');
  const std::string media = name.substr(0, at);
  GstPadTemplate* pad_template = gst_element_get_pad_template(bin_, (media + "_%u_%u").c_str());
  const std::string ghost_name = media + "_" + std::to_string(number_) + name.substr(at);
  GstPad* ghost = gst_ghost_pad_new_from_template(ghost_name.c_str(), target, pad_template);
  count_stopped_peer_as_not_linked(ghost);
  return GST_PAD(gst_object_ref_sink(ghost));
}

void BranchPads::put_on(GstPad* ghost, GstPad* pad) {
  gst_pad_set_active(ghost, TRUE);
  if (pad) gst_pad_sticky_events_foreach(pad, copy_sticky_event, ghost);
  gst_element_add_pad(bin_, ghost);
}

void BranchPads::take_off(GstPad* ghost) {
  gst_pad_set_active(ghost, FALSE);
  gst_element_remove_pad(bin_, ghost);
  gst_object_unref(ghost);
}

}  // namespace rtmp
