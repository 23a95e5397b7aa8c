// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <utility>

#include "track_caps.h"
#include "track_pad.h"

namespace rtmp {

/// What the demuxer knows of a track: the format that FLV describes, and the state of its pad.
class Track {
 public:
  Track(TagType media, unsigned number) : media_(media), number_(number) {}

  [[nodiscard]] TagType media() const { return media_; }
  [[nodiscard]] unsigned number() const { return number_; }
  [[nodiscard]] TrackPad::Name name() const { return {media_, number_, generation_}; }
  [[nodiscard]] Codec codec() const { return format_.codec; }

  // These take what packets say. `codec` is the codec of the packet, and not kUnknown.
  void configure(Codec codec, std::span<const std::uint8_t> configuration);
  void set_channels(const Channels& channels);
  void set_colors(const Colors& colors);
  void see_frame(Codec codec, const TrackPacket& frame, std::uint8_t first_byte);

  /// Returns the caps for what comes next, if there is no pad, or if they differ from those of the pad.
  /// Returns null if nothing has changed, and if no caps can be made. A format that cannot be read is
  /// ignored: the last one that could be read counts, if it is of the same codec; see is_known().
  CapsPtr new_caps();
  [[nodiscard]] bool is_known() const {
    return good_.codec == format_.codec && good_.codec != Codec::kUnknown;
  }
  /// Returns whether the codec has changed since the pad was made.
  [[nodiscard]] bool needs_other_pad() const { return pad_ && pad_codec_ != format_.codec; }

  /// Returns how many samples a decoder leaves out at the beginning.
  [[nodiscard]] std::uint16_t pre_skip() const;

  [[nodiscard]] TrackPad* pad() const { return pad_; }
  void set_pad(TrackPad* pad);
  /// The pad is removed. The next one is for another stream.
  void drop_pad();

  /// Frames may be missing before the next one, or the next one is from another publisher. If a configuration
  /// comes first, it is: colours and channels that it does not tell before its first frame are forgotten.
  void interrupt();
  /// Bytes before the next frame could not be read.
  void miss_bytes() { discont_ = true; }
  /// Returns whether a frame may be pushed. Between an interruption and the next key frame it may not.
  bool passes(const TrackPacket& frame);
  /// Returns whether the next frame is the first of all, or the first after an interruption. Returns true
  /// only once.
  bool take_discont() { return std::exchange(discont_, false); }

 private:
  void set_codec(Codec codec);
  void forget_old();

  TagType media_;
  unsigned number_;
  unsigned generation_ = 0;
  TrackFormat format_{};
  TrackFormat good_{};    // the last format of which caps could be made
  TrackFormat before_{};  // the last one of the codec before that: a damaged frame may have named another
  bool changed_ = false;  // format_ has changed since caps were made
  TrackPad* pad_ = nullptr;
  Codec pad_codec_ = Codec::kUnknown;
  bool waits_for_key_frame_ = false;
  bool has_passed_ = false;        // a frame has passed
  bool interrupted_ = false;       // and neither a frame nor a configuration has come since
  bool colors_are_old_ = false;    // an earlier publisher told them
  bool channels_are_old_ = false;  // the same
  bool discont_ = true;
};

}  // namespace rtmp
