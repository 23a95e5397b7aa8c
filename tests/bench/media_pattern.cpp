// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media_pattern.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <span>

namespace rtmp::bench {
namespace {

constexpr std::uint32_t kVideoFrames = 240;
constexpr std::uint32_t kAudioFrames = 375;
constexpr std::uint32_t kGopFrames = 60;
constexpr std::size_t kAudioBytes = std::size_t{128'000} / 8 * kPatternMs / 1000;

enum class FrameKind { kKey, kP, kB };

/// Decode order of x264 with two B frames: I P B B P B B ... and two P frames to end the closed GOP.
FrameKind kind_of(std::uint32_t frame) {
  const std::uint32_t position = frame % kGopFrames;
  if (position == 0) return FrameKind::kKey;
  return (position - 1) % 3 == 0 || position >= kGopFrames - 2 ? FrameKind::kP : FrameKind::kB;
}

std::uint32_t composition_ms(std::uint32_t frame) {
  switch (kind_of(frame)) {
    case FrameKind::kKey:
      return 33;
    case FrameKind::kP:
      return frame % kGopFrames >= kGopFrames - 2 ? 33 : 100;
    case FrameKind::kB:
      return 0;
  }
  return 0;
}

double typical_size(std::uint32_t frame) {
  switch (kind_of(frame)) {
    case FrameKind::kKey:
      return 7.0;
    case FrameKind::kP:
      return 1.6;
    case FrameKind::kB:
      return 0.55;
  }
  return 1.0;
}

/// Sizes in proportion to the weights that add up to exactly `total`.
std::vector<std::size_t> scale(const std::vector<double>& weights, std::size_t total) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> sizes;
  std::size_t given = 0;
  double wanted = 0;
  for (const double weight : weights) {
    wanted += weight / sum * static_cast<double>(total);
    sizes.push_back(static_cast<std::size_t>(std::llround(wanted)) - given);
    given += sizes.back();
  }
  return sizes;
}

/// A factor in [1 - spread, 1 + spread). The standard distributions differ between libraries, and with them
/// the stream would.
double vary(std::mt19937& random, double spread) {
  return 1.0 - spread + 2.0 * spread * static_cast<double>(random()) / 4294967296.0;
}

/// Noise without a zero byte: no start code can come up in it.
void put_noise(Bytes& out, std::size_t size, std::mt19937& random) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(random() | 1U));
}

/// The first bytes of a NAL unit as x264 writes them: its type, then of the slice header the slice type and
/// the parameter set. The rest is noise, but it takes no more for a tool that probes to find the picture's
/// size.
std::array<std::uint8_t, 3> slice_start(FrameKind kind) {
  switch (kind) {
    case FrameKind::kKey:
      return {0x65, 0x88, 0x84};
    case FrameKind::kP:
      return {0x41, 0x9a, 0x21};
    case FrameKind::kB:
      return {0x01, 0x9e, 0x41};
  }
  return {};
}

Bytes video_body(std::uint32_t frame, std::size_t size, std::mt19937& random) {
  const FrameKind kind = kind_of(frame);
  Bytes body;
  body.reserve(size);
  body.push_back(kind == FrameKind::kKey ? 0x17 : 0x27);
  body.push_back(0x01);
  put_be(body, composition_ms(frame), 3);
  put_be(body, size - body.size() - 4, 4);
  const auto start = slice_start(kind);
  body.insert(body.end(), start.begin(), start.end());
  body.resize(kStampInBody + kStampSize);
  std::memcpy(body.data() + kStampInBody, &kStampMagic, sizeof kStampMagic);
  put_noise(body, size - body.size(), random);
  return body;
}

Bytes audio_body(std::size_t size, std::mt19937& random) {
  Bytes body{0xaf, 0x01, 0x21};  // 0x21: a channel pair
  put_noise(body, size - body.size(), random);
  return body;
}

}  // namespace

std::vector<MediaMessage> make_media_pattern(std::size_t video_bits) {
  std::mt19937 random(20240517);  // NOLINT(cert-msc51-cpp): the same stream each time
  std::vector<double> video_weights;
  std::vector<double> audio_weights;
  for (std::uint32_t i = 0; i < kVideoFrames; ++i)
    video_weights.push_back(typical_size(i) * vary(random, 0.45));
  for (std::uint32_t i = 0; i < kAudioFrames; ++i) audio_weights.push_back(vary(random, 0.1));
  const auto video_sizes = scale(video_weights, video_bits / 8 * kPatternMs / 1000);
  const auto audio_sizes = scale(audio_weights, kAudioBytes);

  std::vector<MediaMessage> messages;
  for (std::uint32_t i = 0; i < kVideoFrames; ++i) {
    messages.push_back(
        {kVideoType, (i + 1) * kPatternMs / kVideoFrames, video_body(i, video_sizes[i], random)});
  }
  for (std::uint32_t i = 0; i < kAudioFrames; ++i) {
    messages.push_back({kAudioType, (i + 1) * kPatternMs / kAudioFrames, audio_body(audio_sizes[i], random)});
  }
  std::ranges::stable_sort(messages, {}, &MediaMessage::time_ms);
  return messages;
}

Bytes avc_sequence_header() {
  // x264: High profile, level 4.0, 1920x1080, 30 fps.
  return {0x17, 0x00, 0x00, 0x00, 0x00, 0x01, 0x64, 0x00, 0x28, 0xff, 0xe1, 0x00, 0x1b,
          0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44,
          0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6,
          0x58, 0x01, 0x00, 0x04, 0x68, 0xef, 0xbc, 0xb0, 0xfd, 0xf8, 0xf8, 0x00};
}

Bytes aac_sequence_header() {
  return {0xaf, 0x00, 0x11, 0x90};  // AAC-LC, 48 kHz, stereo
}

}  // namespace rtmp::bench
