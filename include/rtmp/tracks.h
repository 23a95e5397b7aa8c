// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rtmp/tag.h"

namespace rtmp {

/// What one audio or video tag has for one track. Views into the tag.
struct TrackPacket {
  using Content = MediaHeader::Content;

  TagType media;
  Content content;
  std::uint8_t track = 0;                   // its number; 0 where the tag is not a multitrack
  std::uint8_t codec_id = 0;                // of a classic header: video codec, or sound format
  std::string_view fourcc{};                // of an extended header: four bytes, which may be anything
  std::span<const std::uint8_t> payload{};  // behind all headers and the composition time

  // Of a frame.
  bool key_frame = false;             // video that can be decoded without the frames before it
  bool disposable = false;            // video that no other frame needs
  std::int32_t composition_time = 0;  // presentation time less decoding time, in ms; may be negative
  std::uint32_t nano_offset = 0;      // to be added to the tag's timestamp, in ns; less than a millisecond
};

/// Reads what a tag has for each of its tracks: one for a classic header (FLV 10.1, annex E.4.2.1, E.4.3.1)
/// and for a plain extended one, any number for a multitrack (Enhanced RTMP v2). None for silence, video
/// commands and script data. Does not allocate.
class TrackReader {
 public:
  explicit TrackReader(const Tag& tag) : TrackReader(tag.header(), tag.body()) {}
  /// `header` is that of `body`, which must outlive the reader and what it gives.
  TrackReader(const MediaHeader& header, std::span<const std::uint8_t> body);

  /// The next track's, or nothing at the end; nor where the tag is cut short.
  std::optional<TrackPacket> next();

  /// Whether the tag is found to be malformed, so far: cut short, or with what cannot be in its headers.
  [[nodiscard]] bool malformed() const { return malformed_; }

 private:
  std::optional<std::span<const std::uint8_t>> take(std::size_t size);
  bool take_fourcc();
  bool take_track();
  bool finish_packet();

  const MediaHeader header_;
  TrackPacket packet_;                    // as far as it is the same for all tracks, and the last
  std::span<const std::uint8_t> rest_{};  // not read yet
  bool more_;
  bool malformed_;
};

/// The channels of an audio track (Enhanced RTMP v2, MultichannelConfig).
struct Channels {
  std::uint8_t count;
  /// A bit for each place of a loudspeaker that is known to have a channel: 1 front left, 2 front right, 4
  /// front centre, 8 low frequencies ... 0: it is not said.
  std::uint32_t places;

  friend bool operator==(const Channels&, const Channels&) = default;
};

/// Nothing for a packet with other content, and where it is cut short.
std::optional<Channels> read_channels(const TrackPacket& packet);

}  // namespace rtmp
