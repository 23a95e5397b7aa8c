// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track.h"

#include <algorithm>

#include "rtmp/codec/opus.h"

namespace rtmp {

void Track::set_codec(Codec codec) {
  if (codec == format_.codec) return;
  format_ = codec == good_.codec ? good_ : codec == before_.codec ? before_ : TrackFormat{.codec = codec};
  changed_ = true;
}

// Publishers repeat their configurations: only another one is a change.
void Track::configure(Codec codec, std::span<const std::uint8_t> configuration) {
  set_codec(codec);
  if (std::exchange(interrupted_, false)) colors_are_old_ = channels_are_old_ = true;
  if (std::ranges::equal(format_.configuration, configuration)) return;
  format_.configuration.assign(configuration.begin(), configuration.end());
  if (codec == Codec::kAv1) format_.frame = {};  // it says all that a frame does
  changed_ = true;
}

void Track::set_channels(const Channels& channels) {
  channels_are_old_ = false;
  if (format_.channels == channels) return;
  format_.channels = channels;
  changed_ = true;
}

void Track::set_colors(const Colors& colors) {
  colors_are_old_ = false;
  if (format_.colors == colors) return;
  format_.colors = colors;
  changed_ = true;
}

void Track::forget_old() {
  interrupted_ = false;
  const bool has_old = (colors_are_old_ && format_.colors) || (channels_are_old_ && format_.channels);
  changed_ = changed_ || has_old;
  if (std::exchange(colors_are_old_, false)) format_.colors.reset();
  if (std::exchange(channels_are_old_, false)) format_.channels.reset();
}

void Track::see_frame(Codec codec, const TrackPacket& frame, std::uint8_t first_byte) {
  set_codec(codec);
  forget_old();
  const auto seen = read_frame_format(codec, frame, first_byte);
  if (!seen || *seen == format_.frame) return;
  format_.frame = *seen;
  changed_ = true;
}

CapsPtr Track::new_caps() {
  if (!changed_) return nullptr;
  changed_ = false;
  CapsPtr caps = track_caps(format_);
  if (!caps) {
    if (is_known()) format_ = good_;
    return nullptr;
  }
  if (good_.codec != format_.codec) before_ = std::move(good_);
  good_ = format_;
  const bool same = pad_ && !needs_other_pad() && gst_caps_is_equal(caps.get(), pad_->caps());
  return same ? nullptr : std::move(caps);
}

std::uint16_t Track::pre_skip() const {
  if (format_.codec != Codec::kOpus) return 0;
  const auto config = read_opus_config(format_.configuration);
  return config ? config->pre_skip : std::uint16_t{0};
}

void Track::set_pad(TrackPad* pad) {
  pad_ = pad;
  pad_codec_ = format_.codec;
}

void Track::drop_pad() {
  pad_ = nullptr;
  ++generation_;
  discont_ = true;
}

void Track::interrupt() {
  if (!has_passed_) return;
  discont_ = interrupted_ = true;
  waits_for_key_frame_ = media_ == TagType::kVideo;
}

bool Track::passes(const TrackPacket& frame) {
  if (frame.key_frame) waits_for_key_frame_ = false;
  if (waits_for_key_frame_) return false;
  has_passed_ = true;
  return true;
}

}  // namespace rtmp
