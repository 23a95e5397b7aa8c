// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/media_info.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "picture.h"
#include "rtmp/codec/av1.h"
#include "wire.h"

namespace rtmp::test {
namespace {

// Of the first track in a body; as if there were none, "" and nothing.
std::string name_of(TagType type, const Bytes& body) {
  const auto packet = TrackReader(read_media_header(type, body), body).next();
  return packet ? codec_name(*packet) : std::string();
}
std::string video_codec(const Bytes& body) { return name_of(TagType::kVideo, body); }
std::string audio_codec(const Bytes& body) { return name_of(TagType::kAudio, body); }

std::optional<VideoSize> size_of(const Bytes& body, TagType type = TagType::kVideo) {
  const auto packet = TrackReader(read_media_header(type, body), body).next();
  return packet ? video_size(*packet) : std::nullopt;
}

struct Named {
  std::string_view notation;
  const char* name;
};

TEST(CodecName, IsThatOfAClassicVideoHeader) {
  const Named cases[] = {
      {"10 00", "id 0"},
      {"11 00", "id 1"},
      {"12 000084", "Sorenson H.263"},
      {"23 00", "Screen video"},
      {"14 00", "VP6"},
      {"25 00", "VP6 with alpha"},
      {"36 00", "Screen video 2"},
      {"17 01 000000 00000001", "H.264"},
      {"18 00", "id 8"},
      {"19 00", "id 9"},
      {"1A 00", "id 10"},
      {"1B 00", "id 11"},
      {"2C 01 000000 00000001", "H.265"},
      {"1D 00", "AV1"},
      {"1E 00", "id 14"},
      {"1F 00", "id 15"},
      {"47", "H.264"},  // the first byte is enough
      {"57 00", ""},    // a command
      {"", ""},
  };
  for (const Named& c : cases) EXPECT_EQ(video_codec(wire(c.notation)), c.name) << c.notation;
}

TEST(CodecName, IsThatOfAClassicAudioHeader) {
  constexpr const char* kNames[16] = {
      "PCM",          "ADPCM", "MP3", "PCM",   "Nellymoser", "Nellymoser", "Nellymoser", "G.711 A-law",
      "G.711 mu-law", "",      "AAC", "Speex", "id 12",      "id 13",      "MP3",        "id 15"};
  for (int format = 0; format < 16; ++format) {
    for (const int rest : {0x0, 0xF}) {
      const auto first = static_cast<std::uint8_t>(format << 4 | rest);
      EXPECT_EQ(audio_codec({first}), kNames[format]) << format;
      EXPECT_EQ(audio_codec({first, 1, 2}), kNames[format]) << format;
    }
  }
  EXPECT_EQ(audio_codec({}), "");  // silence
}

TEST(CodecName, IsThatOfAFourCc) {
  const Named videos[] = {{"avc1", "H.264"}, {"hvc1", "H.265"}, {"hev1", "H.265"}, {"vvc1", "H.266"},
                          {"av01", "AV1"},   {"vp08", "VP8"},   {"vp09", "VP9"},   {"abcd", "abcd"},
                          {"AVC1", "AVC1"},  {"H.26", "H.26"}};
  for (const Named& c : videos) {
    const Bytes fourcc(c.notation.begin(), c.notation.end());
    for (const char* head : {"90", "A1", "92", "93", "D4", "95", "9F", "97 00 AA 01", "97 FF 0000 AA 00"})
      EXPECT_EQ(video_codec(join({wire(head), fourcc, wire("000000")})), c.name) << head;
    for (const char* head : {"96 01", "97 02 0F423F 06 03"})
      EXPECT_EQ(video_codec(join({wire(head), fourcc, wire("00 000000")})), c.name) << head;
    for (const char* head : {"A6 11", "96 21"})
      EXPECT_EQ(video_codec(join({wire(head), fourcc, wire("00 000003 000000")})), c.name) << head;
    for (const char* head : {"D0", "D1", "D6 00", "D7 00 AA 01"})  // commands
      EXPECT_EQ(video_codec(join({wire(head), fourcc})), "") << head;
  }
  const Named audios[] = {{"Opus", "Opus"}, {".mp3", "MP3"}, {"ac-3", "AC-3"}, {"ec-3", "E-AC-3"},
                          {"fLaC", "FLAC"}, {"mp4a", "AAC"}, {"abcd", "abcd"}};
  for (const Named& c : audios) {
    const Bytes fourcc(c.notation.begin(), c.notation.end());
    for (const char* head : {"90", "91", "92", "94", "96", "9F", "97 00 AA 01"})
      EXPECT_EQ(audio_codec(join({wire(head), fourcc, wire("00 02")})), c.name) << head;
    for (const char* head : {"95 01", "97 02 0F423F 05 01"})
      EXPECT_EQ(audio_codec(join({wire(head), fourcc, wire("00")})), c.name) << head;
    for (const char* head : {"95 11", "95 21"})
      EXPECT_EQ(audio_codec(join({wire(head), fourcc, wire("00 000000")})), c.name) << head;
  }
}

TEST(CodecName, IsPrintable) {
  EXPECT_EQ(video_codec(wire("90 00 0A FF 7F")), "....");
  EXPECT_EQ(audio_codec(wire("90 'a' 80 ' ~'")), "a. ~");
}

TEST(CodecName, IsEmptyWhereTheHeaderIsCutShort) {
  const Bytes bodies[] = {wire("97 02 0F423F 07 FF 0003 01020304 06 20 'hvc1' 00 000000"),
                          wire("96 10 'avc1' 00 000000"), wire("90 'av01'"), wire("97 FF FFFF")};
  for (const Bytes& body : bodies) {
    for (std::size_t size = 0; size < body.size(); ++size) EXPECT_EQ(video_codec(cut(body, size)), "");
  }
  const Bytes opus = wire("97 02 0F423F 07 FF 0003 01020304 05 20 'Opus' 00 000000");
  EXPECT_EQ(audio_codec(opus), "Opus");
  for (std::size_t size = 0; size < opus.size(); ++size) EXPECT_EQ(audio_codec(cut(opus, size)), "");
  EXPECT_EQ(video_codec(wire("96 06 'hvc1'")), "");  // a multitrack in a multitrack
  EXPECT_EQ(audio_codec(wire("95 05 'Opus'")), "");
}

// As FFmpeg 5.1 and 7.1 sent them.
const Bytes kAvcRecord = wire(
    "01 64000D FF E1 0019 67 64000DACD94141FB011000000300100000030320F14299 60 01 0004 68EFBCB0 FDF8F800");
const Bytes kHevcRecord = wire(
    "01 01 60000000 900000000000 3C F000 FC FD F8 F8 0000 0F 03"  // the one with SEI left out
    "20 0001 0018 40010C01FFFF01600000030090000003000003003C959809"
    "21 0001 002A 42010101600000030090000003000003003CA00A080F165959A4932BC05A020000030002000003003210"
    "22 0001 0007 4401C172B46240");

TEST(VideoSize, IsInASequenceHeaderOfAvcOrHevc) {
  for (const char* head : {"17 00 000000", "90 'avc1'", "97 00 AA 00 'avc1'", "96 00 'avc1' 00"})
    EXPECT_EQ(size_of(join({wire(head), kAvcRecord})), (VideoSize{320, 240})) << head;
  for (const char* head : {"1C 00 000000", "90 'hvc1'", "90 'hev1'", "97 00 AA 00 'hvc1'", "96 00 'hvc1' 00"})
    EXPECT_EQ(size_of(join({wire(head), kHevcRecord})), (VideoSize{320, 240})) << head;
}

std::optional<VideoSize> announced_by(const Bytes& body) {
  const auto packet = TrackReader(read_media_header(TagType::kVideo, body), body).next();
  return packet ? announced_size(*packet) : std::nullopt;
}

TEST(AnnouncedSize, IsInConfigurationsAndInKeyFramesOfCodecsThatHaveItThere) {
  EXPECT_EQ(announced_by(join({wire("17 00 000000"), kAvcRecord})), (VideoSize{320, 240}));
  EXPECT_EQ(announced_by(join({wire("90 'hvc1'"), kHevcRecord})), (VideoSize{320, 240}));
  EXPECT_EQ(announced_by(wire("90 'vvc1' FF 0012 5F 01 02 40 00 00 0780 0438 0000 00")),
            (VideoSize{1920, 1080}));
  EXPECT_EQ(announced_by(wire("91 'vp08' 104F00 9D012A B200 9200 000708858588")), (VideoSize{178, 146}));
  const Bytes sequence = wire("0A0B000000043CFFBC02F80040");
  const VideoSize size = read_av1_sequence(sequence)->picture.size;
  EXPECT_EQ(announced_by(join({wire("90 'av01' 81000C00"), sequence})), size);
  EXPECT_EQ(announced_by(join({wire("91 'av01'"), sequence})), size);
}

TEST(AnnouncedSize, IsInNoOtherPacket) {
  EXPECT_FALSE(announced_by(wire("A1 'vp08' 114F00 9D012A B200 9200")));  // no key frame
  EXPECT_FALSE(announced_by(wire("90 'vp09' 000A82020202")));
  EXPECT_FALSE(announced_by(wire("17 01 000000 0000")));
  EXPECT_FALSE(announced_by(wire("91 'vp09' 00")));
}

TEST(VideoSize, IsThatOfTheFirstOfManyTracks) {
  const Bytes avc_size = {0, 0, static_cast<std::uint8_t>(kAvcRecord.size())};
  const Bytes hevc_size = {0, 0, static_cast<std::uint8_t>(kHevcRecord.size())};
  const Bytes other = wire("01 000002 0000");
  EXPECT_EQ(size_of(join({wire("96 10 'avc1' 00"), avc_size, kAvcRecord, other})), (VideoSize{320, 240}));
  EXPECT_EQ(size_of(join({wire("96 20 'hvc1' 00"), hevc_size, kHevcRecord, wire("'avc1'"), other})),
            (VideoSize{320, 240}));
  // The first ends before its record does, or behind the message.
  EXPECT_FALSE(size_of(join({wire("96 10 'avc1' 00 000010"), kAvcRecord})));
  EXPECT_FALSE(size_of(join({wire("96 10 'avc1' 00 FFFFFF"), kAvcRecord})));
}

TEST(VideoSize, IsInNoOtherTag) {
  for (const char* head :
       {"17 01 000000", "27 01 000000", "17 02 000000", "57 00 000000", "17 03 000000", "18 00 000000",
        "1D 00 000000", "1C 00 000000", "91 'avc1'", "93 'avc1'", "94 'avc1'", "95 'avc1'", "90 'hvc1'",
        "90 'av01'", "90 'vvc1'", "96 01 'avc1' 00", "D0 'avc1'"})
    EXPECT_FALSE(size_of(join({wire(head), kAvcRecord}))) << head;
  const Bytes header = join({wire("17 00 000000"), kAvcRecord});
  EXPECT_FALSE(size_of(header, TagType::kAudio));
  EXPECT_FALSE(size_of(header, TagType::kScript));
}

TEST(VideoSize, IsMissingWhereTheHeaderIsCutShort) {
  const Bytes avc_size = {0, 0, static_cast<std::uint8_t>(kAvcRecord.size())};
  const Bytes bodies[] = {join({wire("17 00 000000"), kAvcRecord}),
                          join({wire("90 'avc1'"), kAvcRecord}),
                          join({wire("96 00 'avc1' 00"), kAvcRecord}),
                          join({wire("97 00 AA 06 10 'avc1' 00"), avc_size, kAvcRecord}),
                          join({wire("1C 00 000000"), kHevcRecord}),
                          join({wire("90 'hvc1'"), kHevcRecord})};
  for (const Bytes& body : bodies) {
    std::size_t found = 0;
    for (std::size_t size = 0; size < body.size(); ++size) {
      const auto read = size_of(cut(body, size));
      EXPECT_EQ(read.value_or(VideoSize{320, 240}), (VideoSize{320, 240}));
      found += read ? 1 : 0;
    }
    EXPECT_LT(found, body.size() / 2);  // only where what is cut off is behind the parameter set
    EXPECT_TRUE(size_of(body));
  }
}

}  // namespace
}  // namespace rtmp::test
