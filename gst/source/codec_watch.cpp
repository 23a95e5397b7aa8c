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

}  // namespace rtmp
