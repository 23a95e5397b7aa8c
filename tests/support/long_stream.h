// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <span>

#include "byte_writer.h"
#include "message.h"
#include "wire.h"

namespace rtmp::test {

/// The time of frame n is n * ms / frames, rounded: no rounding adds up.
struct FrameRate {
  std::uint64_t ms;
  std::uint64_t frames;
};

/// What a LongStream is made of.
struct LongStreamSpec {
  FrameRate video;
  FrameRate audio;
  std::uint64_t start = 0;  // the time of the first frames, ms
  std::uint64_t end = 0;    // no frame has this time
  int audio_ahead = 0;      // ms, by which audio is sent before the video of its time; below 0: behind it
};

/// The messages of a publisher that goes on for days, one after the other; the same for the same spec. Audio
/// and video are frames of a few bytes, some of the same length, with a key frame of 300 bytes in each 60.
class LongStream {
 public:
  explicit LongStream(const LongStreamSpec& spec);

  struct Frame {
    MessageType type;
    std::uint64_t time;  // ms; on the wire, its low 32 bits
    std::span<const std::uint8_t> body;
  };
  [[nodiscard]] bool at_end() const { return video_time_ >= spec_.end && audio_time_ >= spec_.end; }
  Frame next();

 private:
  Frame next_video();
  Frame next_audio();

  LongStreamSpec spec_;
  std::uint64_t video_number_ = 0;
  std::uint64_t audio_number_ = 0;
  std::uint64_t video_time_;
  std::uint64_t audio_time_;
};

/// The headers that an encoder writes in front of its media messages.
struct Encoder {
  const char* name;
  std::uint32_t audio_chunk_stream;
  std::uint32_t video_chunk_stream;
  enum class Time {
    kAbsolute,   // always a type 0 header
    kDeltas,     // and type 0 where time goes back
    kAllDeltas,  // also back, modulo 2^32
  } time = Time::kDeltas;
  bool repeats_deltas = true;  // by a type 3 header in front of a message
  enum class Extended { kRepeated, kLeftOut, kZero } on_type_3 = Extended::kRepeated;
};

inline void PrintTo(const Encoder& encoder, std::ostream* out) { *out << encoder.name; }

// As they are in the field. What librtmp's users and OBS before 2023 leave out, the others write; MediaMTX
// writes zeros.
inline constexpr Encoder kFfmpeg{"Ffmpeg", 4, 6};
inline constexpr Encoder kObs{"Obs", 4, 4, Encoder::Time::kAllDeltas};
inline constexpr Encoder kLibrtmp{
    "Librtmp", 4, 4, Encoder::Time::kAllDeltas, false, Encoder::Extended::kLeftOut};
inline constexpr Encoder kRtmp2sink{"Rtmp2sink", 5, 6, Encoder::Time::kAllDeltas};
inline constexpr Encoder kFullHeaders{"FullHeaders", 4, 6, Encoder::Time::kAbsolute};
inline constexpr Encoder kFullHeadersLibrtmp{"FullHeadersLibrtmp",     4,     4,
                                             Encoder::Time::kAbsolute, false, Encoder::Extended::kLeftOut};
inline constexpr Encoder kFullHeadersMediaMtx{"FullHeadersMediaMtx",    4,     6,
                                              Encoder::Time::kAbsolute, false, Encoder::Extended::kZero};

/// Cuts messages into chunks as an encoder does; shares no code with src/chunk.
class EncoderChunks {
 public:
  EncoderChunks(const Encoder& encoder, std::size_t chunk_size)
      : encoder_(encoder), chunk_size_(chunk_size) {}

  /// Appends the chunks of one message, on message stream 1.
  void write(ByteWriter& out, MessageType type, std::uint32_t time, std::span<const std::uint8_t> body);

 private:
  struct Last {
    bool any = false;
    MessageType type{};
    std::size_t length = 0;
    std::uint32_t time = 0;
    std::uint32_t field = 0;  // as it was on the wire
  };

  Encoder encoder_;
  std::size_t chunk_size_;
  std::array<Last, 8> last_{};  // by chunk stream
};

}  // namespace rtmp::test
