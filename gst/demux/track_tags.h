// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "amf0_value.h"
#include "pointers.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Returns the tags of a track: the name of its codec, and what `metadata`, the object of onMetaData, says of
/// the track: the bitrate, and language and title if it has a map of tracks.
TagListPtr track_tags(TagType media, unsigned number, GstCaps* caps, const AmfValue& metadata);

/// Returns the tags of the whole stream from `metadata`: encoder and title. Null if it has neither.
TagListPtr stream_tags(const AmfValue& metadata);

}  // namespace rtmp
