// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>

namespace rtmp {

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstBufferList* buffers) const { gst_buffer_list_unref(buffers); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstEvent* event) const { gst_event_unref(event); }
  void operator()(GstTagList* tags) const { gst_tag_list_unref(tags); }
  void operator()(GstObject* object) const { gst_object_unref(object); }
  void operator()(GstStream* stream) const { gst_object_unref(stream); }
  void operator()(GstStreamCollection* streams) const { gst_object_unref(streams); }
};
using BufferPtr = std::unique_ptr<GstBuffer, Unref>;
using BufferListPtr = std::unique_ptr<GstBufferList, Unref>;
using CapsPtr = std::unique_ptr<GstCaps, Unref>;
using EventPtr = std::unique_ptr<GstEvent, Unref>;
using TagListPtr = std::unique_ptr<GstTagList, Unref>;
using StreamPtr = std::unique_ptr<GstStream, Unref>;
using StreamCollectionPtr = std::unique_ptr<GstStreamCollection, Unref>;

}  // namespace rtmp
