// SPDX-License-Identifier: LGPL-2.1-or-later
#include "codec_watch.h"

#include <algorithm>

#include "rtmp/media_info.h"

namespace rtmp {

void CodecWatch::add(const PublishedTag& published) {
  if (published.first) seen_.clear();
  ++since_;
  if (!has_codec_beyond_flv(published.tag.header()) || seen_.size() == kMostCodecs) return;
  auto codec = codec_beyond_flv(published.tag);
  if (!codec || std::ranges::find(seen_, *codec) != seen_.end()) return;
  seen_.push_back(*std::move(codec));
  since_ = 0;
}

std::optional<std::string> CodecWatch::just_begun() const {
  if (seen_.empty() || since_ > kFollowing) return std::nullopt;
  return seen_.back();
}

void CodecWatch::warn(GstElement* element) const {
  const auto codec = just_begun();
  if (!codec) return;
  GST_ELEMENT_WARNING(element, STREAM, CODEC_NOT_FOUND,
                      ("Downstream failed when %s began. Demuxers of FLV may not know it: flvdemux before "
                       "GStreamer 1.28 does not. Have "
                       "the publisher send H.264 and AAC, or set enhanced=false to turn others away.",
                       codec->c_str()),
                      (nullptr));
}

}  // namespace rtmp
