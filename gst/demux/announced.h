// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>

#include "amf0_value.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Which tracks a stream announces in the header of its file and in its metadata, and which of them have
/// come.
class Announced {
 public:
  /// The second half of the first line of a file: "FLV", a version, and these flags.
  void see_file_header(std::uint8_t flags);
  /// Takes the object of onMetaData: the ids of codecs, and the maps of tracks by number (Enhanced RTMP v2).
  void see_metadata(const AmfValue& object);
  /// A track has come, or it is known that it will not come.
  void see_track(TagType media, unsigned number) { come_[index(media)].set(number & 0xFF); }

  /// Returns whether anything was announced and all of it has come.
  [[nodiscard]] bool complete() const;

 private:
  static std::size_t index(TagType media) { return media == TagType::kVideo ? 1 : 0; }

  std::array<std::bitset<256>, 2> announced_{};  // of audio and of video
  std::array<std::bitset<256>, 2> come_{};
  std::array<bool, 2> any_{};  // a track of this medium, without a number
};

}  // namespace rtmp
