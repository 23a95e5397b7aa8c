// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <utility>

#include "track_caps.h"
#include "track_pad.h"

namespace rtmp {

/// What the demuxer knows of a track: its format as FLV tells it, and what has become of that downstream.
class Track {
 public:
  Track(TagType media, unsigned number) : media_(media), number_(number) {}

  [[nodiscard]] TagType media() const { return media_; }
  [[nodiscard]] unsigned number() const { return number_; }
  [[nodiscard]] TrackPad::Name name() const { return {media_, number_, generation_}; }
  [[nodiscard]] Codec codec() const { return format_.codec; }

  // What packets say. `codec` is that of the packet, and not kUnknown.
  void configure(Codec codec, std::span<const std::uint8_t> configuration);
  void set_channels(const Channels& channels);
  void set_colors(const Colors& colors);
  void see_frame(Codec codec, const TrackPacket& frame, std::uint8_t first_byte);

  /// The caps for what comes next, if they are other ones than those of the pad, or if there is no pad. Null
  /// where nothing has changed, and where no caps can be made. What cannot be read does not count: the
  /// format is the last that could, if it is of this codec; see is_known().
  CapsPtr new_caps();
  [[nodiscard]] bool is_known() const {
    return good_.codec == format_.codec && good_.codec != Codec::kUnknown;
  }
  /// Whether the codec has changed since the pad was made.
  [[nodiscard]] bool needs_other_pad() const { return pad_ && pad_codec_ != format_.codec; }

  /// The samples that a decoder leaves out where it begins.
  [[nodiscard]] std::uint16_t pre_skip() const;

  [[nodiscard]] TrackPad* pad() const { return pad_; }
  void set_pad(TrackPad* pad);
  /// The pad goes: the next one is for another stream.
  void drop_pad();

  /// Frames may be missing in front of the next one, or the next one is another publisher's.
  void interrupt();
  /// Bytes in front of the next frame could not be read.
  void miss_bytes() { discont_ = true; }
  /// Whether a frame may go out: not between an interruption and the next key frame.
  bool passes(const TrackPacket& frame);
  /// Whether the next frame is the first behind an interruption, or at all. True once.
  bool take_discont() { return std::exchange(discont_, false); }

 private:
  void set_codec(Codec codec);

  TagType media_;
  unsigned number_;
  unsigned generation_ = 0;
  TrackFormat format_{};
  TrackFormat good_{};    // the last one that caps could be made of
  bool changed_ = false;  // format_, since that was tried
  TrackPad* pad_ = nullptr;
  Codec pad_codec_ = Codec::kUnknown;
  bool waits_for_key_frame_ = false;
  bool has_passed_ = false;  // a frame
  bool discont_ = true;
};

}  // namespace rtmp
