// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/media_header.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "wire.h"

namespace rtmp {

void PrintTo(TagKind kind, std::ostream* out) {
  constexpr const char* kNames[] = {"sequence header", "key frame",       "inter frame", "audio frame",
                                    "metadata",        "end of sequence", "other"};
  *out << kNames[static_cast<int>(kind)];
}

namespace test {
namespace {

constexpr TagKind kHeader = TagKind::kSequenceHeader;
constexpr TagKind kKey = TagKind::kKeyFrame;
constexpr TagKind kInter = TagKind::kInterFrame;
constexpr TagKind kAudio = TagKind::kAudioFrame;
constexpr TagKind kEnd = TagKind::kEndOfSequence;
constexpr TagKind kOther = TagKind::kOther;

TagKind video_kind(const Bytes& body) { return read_media_header(TagType::kVideo, body).kind; }
TagKind audio_kind(const Bytes& body) { return read_media_header(TagType::kAudio, body).kind; }

struct Case {
  std::string_view notation;
  TagKind kind;
};

TEST(VideoHeader, IsClassicForEveryCodecOfFlv) {
  const Case cases[] = {
      {"12 000084", kKey}, {"22 000084", kInter}, {"32 000084", kInter},  // H.263; 3: disposable
      {"13 00", kKey},     {"23 00", kInter},                             // Screen Video
      {"14 00", kKey},     {"24 00", kInter},                             // VP6
      {"15 00", kKey},     {"25 00", kInter},                             // VP6 with alpha
      {"16 00", kKey},     {"26 00", kInter},                             // Screen Video 2
      {"1D 0A0B", kKey},   {"2D 0A0B", kInter},                           // 13, AV1 to some
      {"42 00", kKey},     {"12", kKey},          {"22", kInter},         // 4: generated key frame
      {"52 00", kOther},   {"52 01", kOther},     {"52", kOther},         // 5: seeking begins, ends
  };
  for (const Case& c : cases) EXPECT_EQ(video_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(VideoHeader, HasAPacketTypeForAvcAndHevc) {
  const Case cases[] = {
      {"17 00 000000 01640028", kHeader},
      {"27 00 000000 01640028", kHeader},
      {"17 01 000000 00000001", kKey},
      {"27 01 000050 00000001", kInter},
      {"37 01 000000 00000001", kInter},
      {"47 01 000000 00000001", kKey},
      {"17 02 000000", kEnd},
      {"27 02 000000", kEnd},
      {"17 03 000000", kOther},
      {"17 FF 000000", kOther},
      {"57 00", kOther},
      {"57 01", kOther},
      {"57 02 000000", kOther},
      {"1C 00 000000 01", kHeader},
      {"1C 01 000000 00000001", kKey},
      {"2C 01 000000 00000001", kInter},
      {"1C 02 000000", kEnd},
      {"5C 00", kOther},
      {"17", kOther},
      {"27", kOther},
      {"1C", kOther},
      {"17 00", kHeader},
      {"17 01", kKey},
      {"17 02", kEnd},
  };
  for (const Case& c : cases) EXPECT_EQ(video_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(VideoHeader, IsExtendedWhereItsTopBitIsSet) {
  const Case cases[] = {
      {"90 'hvc1' 01", kHeader},
      {"A0 'av01' 81", kHeader},
      {"91 'hvc1' 000000 00", kKey},
      {"A1 'avc1' 000000 00", kInter},
      {"B1 'vp09' 00", kInter},
      {"C1 'vvc1' 000000 00", kKey},
      {"92 'av01'", kEnd},
      {"A2 'hvc1'", kEnd},
      {"93 'av01' 12", kKey},
      {"A3 'av01' 12", kInter},
      {"94 'hvc1' 02 0009'colorInfo'", kOther},
      {"A4 'hvc1' 02 0009'colorInfo'", kOther},
      {"95 'av01' 00", kHeader},
      {"98 'hvc1' 00", kOther},
      {"9F 'hvc1' 00", kOther},
      {"91 'what' 00", kKey},
      {"90", kHeader},
      {"93", kKey},
      {"D0 00", kOther},
      {"D1 01", kOther},  // 5: seeking begins, ends
      {"D3 00", kOther},
      {"D4 'hvc1' 02", kOther},
  };
  for (const Case& c : cases) EXPECT_EQ(video_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(VideoHeader, IsFoundBehindModEx) {
  const Case cases[] = {
      {"97 02 0F4240 01 'hvc1' 000000", kKey},  // nanoseconds, then coded frames
      {"A7 02 0F4240 01 'hvc1' 000000", kInter},
      {"97 02 0F4240 03 'av01' 12", kKey},
      {"97 00 FF 00 'hvc1'", kHeader},
      {"97 00 FF 02 'hvc1'", kEnd},
      {"97 02 0F4240 07 00 AA 01 'hvc1'", kKey},  // two
      {"97 02 0F4240 17 00 AA 24 'hvc1'", kOther},
      {"97 00 AA 07 00 BB 07 00 CC 02 'hvc1'", kEnd},
      {"97 02 0F4240 06 01 'av01' 00", kKey},  // a multitrack
      {"97 02 0F4240 0F 'hvc1'", kOther},
      {"D7 02 0F4240 01", kOther},   // a command
      {"97 02 0F4240 00", kHeader},  // where the FourCC is missing, the type is known
  };
  for (const Case& c : cases) EXPECT_EQ(video_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(VideoHeader, IsFoundBehindALongModEx) {
  for (const std::size_t size : {255u, 256u, 257u, 1000u, 65536u}) {
    SCOPED_TRACE(size);
    // FF stands for sizes from 256 on, which follow in two bytes.
    const auto less_one = static_cast<std::uint16_t>(size - 1);
    const Bytes length = size < 256 ? Bytes{static_cast<std::uint8_t>(less_one)}
                                    : Bytes{0xFF, static_cast<std::uint8_t>(less_one >> 8),
                                            static_cast<std::uint8_t>(less_one)};
    const Bytes body = join({wire("97"), length, repeat(wire("77"), size), wire("01 'hvc1'")});
    EXPECT_EQ(video_kind(body), kKey);
    const std::size_t type_at = body.size() - 5;
    EXPECT_EQ(video_kind(cut(body, type_at + 1)), kKey);
    EXPECT_EQ(video_kind(cut(body, type_at)), kOther);
  }
}

TEST(VideoHeader, IsFoundInAMultitrack) {
  const Case cases[] = {
      {"96 00 'hvc1' 01 00", kHeader},   // one track, its sequence header
      {"96 01 'hvc1' 01 000000", kKey},  // one track, its frame
      {"A6 01 'hvc1' 01 000000", kInter},
      {"A6 13 'av01' 00 000001 12 01 000001 12", kInter},       // many tracks
      {"96 23 'av01' 00 000001 12 'hvc1' 01 000001 12", kKey},  // many tracks, many codecs
      {"96 02 'hvc1' 01", kEnd},
      {"96 04 'hvc1' 01", kOther},
      {"96 05 'av01' 01", kHeader},
      {"96 06 'hvc1' 01", kOther},  // a multitrack in a multitrack
      {"96 16 'hvc1' 01", kOther},
      {"96 07 'hvc1' 01", kOther},  // a modifier in a multitrack
      {"96", kOther},
      {"D6 01 'hvc1'", kOther},
  };
  for (const Case& c : cases) EXPECT_EQ(video_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(VideoHeader, IsNotReadBeyondTheEnd) {
  const Case cases[] = {
      {"97", kOther},           {"97 00", kOther},
      {"97 00 AA", kOther},     {"97 02 0F42", kOther},
      {"97 02 0F4240", kOther}, {"97 FE 01 02", kOther},
      {"97 FF", kOther},        {"97 FF 01", kOther},
      {"97 FF 0100", kOther},   {"97 FF FFFF 00", kOther},
      {"97 00 AA 07", kOther},  {"97 00 AA 07 00", kOther},
      {"97 00 AA 06", kOther},
  };
  for (const Case& c : cases) EXPECT_EQ(video_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(AudioHeader, IsClassicForEveryFormatOfFlv) {
  // Linear PCM, ADPCM, MP3, PCM little-endian, Nellymoser (16 kHz, 8 kHz, other), G.711 A and u, Speex, MP3
  // at 8 kHz, device-specific: none has a packet type, though the next byte may look like one.
  for (int format = 0; format < 16; ++format) {
    if (format == 9 || format == 10) continue;
    const auto first = static_cast<std::uint8_t>(format << 4 | 0x0F);
    EXPECT_EQ(audio_kind(Bytes{first, 0}), kAudio) << format;
    EXPECT_EQ(audio_kind(Bytes{first, 2}), kAudio) << format;
    EXPECT_EQ(audio_kind(Bytes{first}), kAudio) << format;
  }
  const Case aac[] = {{"AF 00 1210", kHeader}, {"A0 00 1210", kHeader}, {"AF 01 2110", kAudio},
                      {"AF 00", kHeader},      {"AF 01", kAudio},       {"AF", kAudio}};
  for (const Case& c : aac) EXPECT_EQ(audio_kind(wire(c.notation)), c.kind) << c.notation;
}

TEST(AudioHeader, MayBeMissingWhichIsSilence) { EXPECT_EQ(audio_kind({}), kAudio); }

TEST(AudioHeader, IsExtendedForFormat9) {
  const Case cases[] = {
      {"90 'Opus' 'OpusHead'", kHeader},
      {"90 'mp4a' 1210", kHeader},
      {"91 'Opus' FC", kAudio},
      {"91 'ac-3' 0B77", kAudio},
      {"91 'fLaC' FF", kAudio},
      {"91 '.mp3' FF", kAudio},
      {"92 'Opus'", kEnd},
      {"94 'Opus' 01 02 00000003", kHeader},
      {"94 'Opus' 02 02 0102", kHeader},
      {"93 'Opus'", kOther},
      {"96 'Opus'", kOther},
      {"9F 'Opus'", kOther},
      {"95 00 'Opus' 01", kHeader},
      {"95 01 'Opus' 01 FC", kAudio},
      {"95 11 'Opus' 00 000001 FC", kAudio},
      {"95 21 'Opus' 00 000001 FC", kAudio},
      {"95 02 'Opus' 01", kEnd},
      {"95 05 'Opus' 01", kOther},
      {"95 06 'Opus' 01", kOther},
      {"95", kOther},
      {"97 02 0F4240 01 'Opus' FC", kAudio},
      {"97 02 0F4240 07 00 AA 02 'Opus'", kEnd},
      {"97 02 0F4240 05 00 'Opus' 01", kHeader},
      {"97", kOther},
      {"97 02 0F4240", kOther},
      {"97 FF 0100 00", kOther},
      {"90", kHeader},
  };
  for (const Case& c : cases) EXPECT_EQ(audio_kind(wire(c.notation)), c.kind) << c.notation;
}

struct Begins {
  TagType media;
  std::string_view notation;
  std::uint32_t size;
  MediaHeader::Tracks tracks;
  unsigned first_track;
};

TEST(MediaHeader, SaysWhereTheTracksBeginAndWhichIsTheFirst) {
  using Tracks = MediaHeader::Tracks;
  constexpr TagType kV = TagType::kVideo, kA = TagType::kAudio;
  const Begins cases[] = {
      {kV, "17 01 000000 65", 5, Tracks::kPlain, 0},
      {kV, "17 00 000000", 5, Tracks::kPlain, 0},
      {kV, "17 01 00", 3, Tracks::kPlain, 0},  // cut short
      {kV, "12 84", 1, Tracks::kPlain, 0},
      {kV, "52 00", 0, Tracks::kNone, 0},  // a command
      {kV, "91 'hvc1' 000000 26", 1, Tracks::kPlain, 0},
      {kV, "97 02 000007 01 'hvc1' 000000 26", 6, Tracks::kPlain, 0},
      {kV, "96 01 'hvc1' 07 000000 26", 2, Tracks::kOne, 7},
      {kV, "96 13 'av01' 02 000001 12 03 000001 12", 2, Tracks::kMany, 2},
      {kV, "96 23 'av01' 04 000001 12 'hvc1' 03 000001 26", 2, Tracks::kManyCodecs, 4},
      {kV, "96 13 'av01'", 2, Tracks::kMany, 0},  // cut short
      {kV, "D0", 0, Tracks::kNone, 0},
      {kV, "96", 0, Tracks::kNone, 0},
      {kV, "", 0, Tracks::kNone, 0},
      {kA, "AF 01 21", 2, Tracks::kPlain, 0},
      {kA, "2F FF", 1, Tracks::kPlain, 0},
      {kA, "91 'Opus' FC", 1, Tracks::kPlain, 0},
      {kA, "95 01 'Opus' 09 FC", 2, Tracks::kOne, 9},
      {kA, "", 0, Tracks::kNone, 0},  // silence
  };
  for (const Begins& c : cases) {
    SCOPED_TRACE(c.notation);
    const MediaHeader header = read_media_header(c.media, wire(c.notation));
    EXPECT_EQ(header.media, c.media);
    EXPECT_EQ(header.size, c.size);
    EXPECT_EQ(header.tracks, c.tracks);
    EXPECT_EQ(header.first_track, c.first_track);
  }
}

}  // namespace
}  // namespace test
}  // namespace rtmp
