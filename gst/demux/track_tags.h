// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "amf0_value.h"
#include "pointers.h"
#include "rtmp/tag.h"

namespace rtmp {

/// What is to be told of a track as tags: its codec's name, and what `metadata`, the object of onMetaData,
/// says of it: bitrate, and language and title where a map of tracks has them.
TagListPtr track_tags(TagType media, unsigned number, GstCaps* caps, const AmfValue& metadata);

/// What `metadata` says of the whole stream: encoder and title. Null if it says nothing of these.
TagListPtr stream_tags(const AmfValue& metadata);

}  // namespace rtmp
