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

/// Whether a tag is metadata or decoder configuration. A reader that joins late needs these.
bool is_header(const Tag& tag);

/// The media that an FLV file header announces. flvdemux waits for each of them, and ignores a medium that is
/// not announced.
struct Media {
  bool audio = true;
  bool video = true;
};

/// What a publisher's stream has, by its first tags: both, unless its metadata has fields of one of them
/// only, and no tag of the other is there.
Media media_of(std::span<const PublishedTag> first_tags);

/// The file header, which precedes all tags.
GstBuffer* new_flv_header(Media media);
inline constexpr std::size_t kFlvHeaderSize = 13;

/// The caps of a stream that begins with these buffers, as `streamheader` of those that are marked as HEADER.
/// A sink that has clients gives them to each that comes, and leaves out the marked ones on their way.
CapsPtr caps_of(std::span<const BufferPtr> beginning);

}  // namespace rtmp
