// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <span>
#include <vector>

#include "published_tag.h"

namespace rtmp {

struct BufferUnref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using BufferPtr = std::unique_ptr<GstBuffer, BufferUnref>;
struct CapsUnref {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
using CapsPtr = std::unique_ptr<GstCaps, CapsUnref>;

/// Returns whether a tag is metadata or decoder configuration. A reader that joins late needs these.
bool is_header(const Tag& tag);

/// The media that an FLV file header announces. flvdemux waits for each of them, and ignores a medium that is
/// not announced.
struct Media {
  bool audio = true;
  bool video = true;
};

/// Returns which media the stream of a publisher has, judged by its first tags: audio and video, unless the
/// metadata has only fields of one of them and there is no tag of the other.
Media media_of(std::span<const PublishedTag> first_tags);

/// Returns a new buffer with the file header, which precedes all tags. The caller owns it.
GstBuffer* new_flv_header(Media media);
inline constexpr std::size_t kFlvHeaderSize = 13;

/// Returns the caps of a stream that begins with these buffers. Those that are marked as HEADER are in the
/// field `streamheader`. A sink that serves clients sends them to each new client, and sends no marked buffer
/// that passes through it.
CapsPtr caps_of(std::span<const BufferPtr> beginning);

}  // namespace rtmp
