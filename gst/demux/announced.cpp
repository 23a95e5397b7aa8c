// SPDX-License-Identifier: LGPL-2.1-or-later
#include "announced.h"

#include <charconv>
#include <string_view>

namespace rtmp {
namespace {

constexpr std::uint8_t kHasAudio = 4;
constexpr std::uint8_t kHasVideo = 1;

// A codec is told by its number, or by its name or FourCC. 0 is a sound format, but no codec of video.
bool names_codec(const AmfValue* value, TagType media) {
  if (!value) return false;
  if (value->is(AmfValue::Type::kNumber)) return media == TagType::kAudio || value->as_number() > 0;
  return !value->as_string().empty();
}

// "0", "1" ...
int track_number(std::string_view text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number < 256 ? number : -1;
}

}  // namespace

void Announced::see_file_header(std::uint8_t flags) {
  if (flags & kHasAudio) any_[index(TagType::kAudio)] = true;
  if (flags & kHasVideo) any_[index(TagType::kVideo)] = true;
}

void Announced::see_metadata(const AmfValue& object) {
  const struct {
    TagType media;
    const char* codec;
    const char* tracks;
  } kMedia[] = {{TagType::kAudio, "audiocodecid", "audioTrackIdInfoMap"},
                {TagType::kVideo, "videocodecid", "videoTrackIdInfoMap"}};
  for (const auto& [media, codec, tracks] : kMedia) {
    if (names_codec(object.find(codec), media)) any_[index(media)] = true;
    const AmfValue* map = object.find(tracks);
    if (!map) continue;
    for (const auto& [name, track] : map->properties())
      if (const int number = track_number(name); number >= 0)
        announced_[index(media)].set(static_cast<std::size_t>(number));
  }
}

bool Announced::complete() const {
  bool anything = false;
  for (std::size_t medium = 0; medium < come_.size(); ++medium) {
    anything = anything || any_[medium] || announced_[medium].any();
    if (any_[medium] && come_[medium].none()) return false;
    if ((announced_[medium] & ~come_[medium]).any()) return false;
  }
  return anything;
}

}  // namespace rtmp
