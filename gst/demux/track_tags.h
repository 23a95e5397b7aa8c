// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "pointers.h"
#include "rtmp/tag.h"

namespace rtmp {

/// What is to be told of a track as tags: its codec's name.
TagListPtr track_tags(TagType media, GstCaps* caps);

}  // namespace rtmp
