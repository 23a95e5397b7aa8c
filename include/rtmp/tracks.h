// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rtmp/tag.h"

namespace rtmp {

/// What an audio or video tag has for one track. It has views into the tag, which must outlive it.
struct TrackPacket {
  using Content = MediaHeader::Content;

  TagType media;
  Content content;
  std::uint8_t track = 0;                   // the track's number; 0 if the tag is no multitrack
  std::uint8_t codec_id = 0;                // of a classic header: video codec or sound format
  std::string_view fourcc{};                // of an extended header: any four bytes; else empty
  std::span<const std::uint8_t> payload{};  // the data behind all headers and the composition time

  // These are set for frames only.
  bool key_frame = false;             // video that can be decoded without the frames before it
  bool disposable = false;            // video that no other frame needs
  std::int32_t composition_time = 0;  // presentation time minus decoding time, in ms; may be negative
  std::uint32_t nano_offset = 0;      // to be added to the tag's timestamp, in ns; less than a millisecond
};

/// Reads what a tag has for each of its tracks. A tag with a classic header (FLV 10.1, annexes E.4.2.1 and
/// E.4.3.1) has one track, and so has one with an extended header that is no multitrack (Enhanced RTMP v2). A
/// multitrack has any number. Silence, video commands and script data have none. Does not allocate.
class TrackReader {
 public:
  explicit TrackReader(const Tag& tag) : TrackReader(tag.header(), tag.body()) {}
  /// `header` must be the header of `body`, which must outlive the reader and the packets.
  TrackReader(const MediaHeader& header, std::span<const std::uint8_t> body);

  /// Returns the next packet. Returns nothing at the end, and where the tag is cut short.
  std::optional<TrackPacket> next();

  /// Returns whether the tag is malformed as far as it was read: it is cut short, or its headers have values
  /// that are not possible.
  [[nodiscard]] bool malformed() const { return malformed_; }

 private:
  std::optional<std::span<const std::uint8_t>> take(std::size_t size);
  bool take_fourcc();
  bool take_track();
  bool finish_packet();

  const MediaHeader header_;
  TrackPacket packet_;                    // the last one; its fields that all tracks share are set once
  std::span<const std::uint8_t> rest_{};  // the part of the body that was not read yet
  bool more_;
  bool malformed_;
};

/// Where the channels of an audio track belong (Enhanced RTMP v2, MultichannelConfig).
struct Channels {
  std::uint8_t count;
  /// A bit for each loudspeaker that is known to have a channel: 1 front left, 2 front right, 4 front centre,
  /// 8 low frequencies and so on. 0 if the track does not say it.
  std::uint32_t places;

  friend bool operator==(const Channels&, const Channels&) = default;
};

/// Returns the channels that a packet of content kChannels has. Returns nothing for other packets, and for
/// one that is cut short.
std::optional<Channels> read_channels(const TrackPacket& packet);

}  // namespace rtmp
