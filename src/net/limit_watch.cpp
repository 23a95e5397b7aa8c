// SPDX-License-Identifier: LGPL-2.1-or-later
#include "limit_watch.h"

#include <algorithm>

#include "rtmp/media_info.h"
#include "rtmp/tracks.h"

namespace rtmp {

std::optional<std::string> LimitWatch::exceeded(const Tag& tag, Clock::time_point now) {
  if (limits_.max_bitrate > 0 && flows_over(tag.body().size(), now))
    return "more than " + std::to_string(limits_.max_bitrate) + " bits per second";
  const bool sized = limits_.max_picture_width > 0 || limits_.max_picture_height > 0;
  return sized && tag.type() == TagType::kVideo ? picture_of(tag) : std::nullopt;
}

std::optional<std::string> LimitWatch::picture_of(const Tag& tag) const {
  const auto beyond = [](std::uint32_t side, std::uint32_t most) { return most > 0 && side > most; };
  TrackReader reader(tag);
  while (const auto packet = reader.next()) {
    const auto size = announced_size(*packet);
    if (!size) continue;
    if (beyond(size->width, limits_.max_picture_width) || beyond(size->height, limits_.max_picture_height))
      return "pictures of " + std::to_string(size->width) + "x" + std::to_string(size->height);
  }
  return std::nullopt;
}

bool LimitWatch::flows_over(std::size_t bytes, Clock::time_point now) {
  const auto rate = static_cast<double>(limits_.max_bitrate);
  const double seconds = std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  bits_ = std::max(0.0, bits_ - rate * seconds) + 8.0 * static_cast<double>(bytes);
  return bits_ > rate * static_cast<double>(kWindow.count());
}

}  // namespace rtmp
