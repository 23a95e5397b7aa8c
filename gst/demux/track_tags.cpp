// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_tags.h"

#include <gst/pbutils/pbutils.h>

namespace rtmp {

TagListPtr track_tags(TagType media, GstCaps* caps) {
  TagListPtr tags(gst_tag_list_new_empty());
  gst_pb_utils_add_codec_description_to_tag_list(
      tags.get(), media == TagType::kVideo ? GST_TAG_VIDEO_CODEC : GST_TAG_AUDIO_CODEC, caps);
  return tags;
}

}  // namespace rtmp
