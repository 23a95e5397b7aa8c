// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/tracks.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire.h"

namespace rtmp::test {
namespace {

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) text += {kDigits[byte >> 4], kDigits[byte & 0x0F]};
  return text;
}

// Each packet in a line: "avc1 2 frame 65AB", "codec 7 0 configuration 01"; "malformed" where that is found.
std::vector<std::string> read(TagType type, const Bytes& body) {
  constexpr const char* kContents[] = {"configuration", "channels", "colors", "frame", "end", "other"};
  TrackReader reader(read_media_header(type, body), body);
  std::vector<std::string> lines;
  while (const auto packet = reader.next()) {
    EXPECT_EQ(packet->media, type);
    std::string line =
        packet->fourcc.empty() ? "codec " + std::to_string(packet->codec_id) : std::string(packet->fourcc);
    line += " " + std::to_string(packet->track) + " " + kContents[static_cast<int>(packet->content)];
    if (!packet->payload.empty()) line += " " + to_hex(packet->payload);
    lines.push_back(std::move(line));
  }
  if (reader.malformed()) lines.push_back("malformed");
  return lines;
}

struct Case {
  std::string_view notation;
  std::vector<std::string> packets;
};

void expect_video(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(read(TagType::kVideo, wire(c.notation)), c.packets) << c.notation;
}
void expect_audio(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(read(TagType::kAudio, wire(c.notation)), c.packets) << c.notation;
}

TEST(Tracks, OfAClassicHeaderAreOne) {
  expect_video({
      {"17 00 000000 0164", {"codec 7 0 configuration 0164"}},
      {"27 01 000050 65", {"codec 7 0 frame 65"}},
      {"1C 00 000000 01", {"codec 12 0 configuration 01"}},
      {"17 02 000000", {"codec 7 0 end"}},
      {"17 01 00", {"codec 7 0 frame"}},
      {"17", {"codec 7 0 other"}},
      {"12 84", {"codec 2 0 frame 84"}},
      {"52 00", {}},  // a command
      {"", {}},
  });
  expect_audio({
      {"AF 00 1210", {"codec 10 0 configuration 1210"}},
      {"AF 01 21", {"codec 10 0 frame 21"}},
      {"AF", {"codec 10 0 frame"}},
      {"2F FFFB", {"codec 2 0 frame fffb"}},
      {"", {}},  // silence
  });
  EXPECT_EQ(read(TagType::kScript, wire("17 00 000000 0164")), std::vector<std::string>{});
}

TEST(Tracks, OfAPlainExtendedHeaderAreOne) {
  for (const std::string codec : {"avc1", "hvc1", "hev1", "vvc1"}) {
    const std::string fourcc = "'" + codec + "'";
    expect_video({
        {"90" + fourcc + "01", {codec + " 0 configuration 01"}},
        {"91" + fourcc + "000050 65", {codec + " 0 frame 65"}},  // behind a composition time
        {"91" + fourcc + "000050", {codec + " 0 frame"}},
        {"91" + fourcc + "0000", {"malformed"}},
        {"A3" + fourcc + "65", {codec + " 0 frame 65"}},
        {"A2" + fourcc, {codec + " 0 end"}},
        {"94" + fourcc + "02", {codec + " 0 colors 02"}},
        {"D4" + fourcc + "02", {codec + " 0 colors 02"}},
        {"9F" + fourcc + "AB", {codec + " 0 other ab"}},
    });
  }
  for (const std::string codec : {"vp08", "vp09", "av01", "what"}) {
    const std::string fourcc = "'" + codec + "'";
    expect_video(
        {{"91" + fourcc + "12", {codec + " 0 frame 12"}}, {"95" + fourcc + "47", {codec + " 0 other 47"}}});
  }
  for (const std::string codec : {"Opus", "fLaC", "ac-3", "ec-3", ".mp3", "mp4a"}) {
    const std::string fourcc = "'" + codec + "'";
    expect_audio({
        {"90" + fourcc + "01", {codec + " 0 configuration 01"}},
        {"91" + fourcc + "FC", {codec + " 0 frame fc"}},
        {"92" + fourcc, {codec + " 0 end"}},
        {"94" + fourcc + "00 02", {codec + " 0 channels 0002"}},
        {"9F" + fourcc, {codec + " 0 other"}},
    });
  }
}

TEST(Tracks, OfAMultitrackAreNumbered) {
  expect_video({
      {"96 01 'hvc1' 07 000000 65", {"hvc1 7 frame 65"}},
      {"96 00 'avc1' 01 0164", {"avc1 1 configuration 0164"}},
      {"A6 11 'avc1' 00 000004 000000 65 FF 000005 000000 4142", {"avc1 0 frame 65", "avc1 255 frame 4142"}},
      {"96 23 'av01' 00 000001 12 'vp09' 01 000002 8249", {"av01 0 frame 12", "vp09 1 frame 8249"}},
      {"96 13 'av01' 00 000000", {"av01 0 frame"}},
      {"96 02 'hvc1' 01", {"hvc1 1 end"}},
      {"97 02 0F423F 06 03 'av01' 02 12", {"av01 2 frame 12"}},
      {"D6 01", {}},  // a command, with its number
  });
  expect_audio({
      {"95 01 'Opus' 03 FC", {"Opus 3 frame fc"}},
      {"95 11 'mp4a' 00 000001 21 01 000001 22", {"mp4a 0 frame 21", "mp4a 1 frame 22"}},
      {"95 24 'Opus' 00 000006 01 02 00000003 'mp4a' 01 000002 00 01",
       {"Opus 0 channels 010200000003", "mp4a 1 channels 0001"}},
  });
}

TEST(Tracks, ThatAreCutShortEndWithTheLastThatIsWhole) {
  const Bytes many = wire("96 23 'av01' 00 000001 12 'vp09' 01 000002 8249");
  for (std::size_t size = 1; size < many.size(); ++size) {
    std::vector<std::string> expected = {"malformed"};
    if (size >= 11) expected = {"av01 0 frame 12", "malformed"};
    if (size == 11) expected = {"av01 0 frame 12"};
    EXPECT_EQ(read(TagType::kVideo, cut(many, size)), expected) << size;
  }
  expect_video({
      {"90 'avc'", {"malformed"}},
      {"96 00 'avc1'", {"malformed"}},
      {"96 10 'avc1'", {"malformed"}},
      {"96 13 'av01' 00 FFFFFF 12", {"malformed"}},
      {"96 13 'av01' 00 000001 12 01 FFFFFF 12", {"av01 0 frame 12", "malformed"}},
      {"A6 11 'avc1' 00 000002 0000 01 000004 000000 65", {"avc1 1 frame 65", "malformed"}},
      {"97", {"malformed"}},
      {"97 FF 0100 00", {"malformed"}},
      {"D0", {"malformed"}},  // a command without its number
  });
}

TEST(Tracks, CannotBeNestedNorOfAnUnknownKind) {
  expect_video({
      {"96 06 'hvc1' 01 000000 65", {"malformed"}},
      {"96 31 'hvc1' 01 000000 65", {"malformed"}},
      {"96 F1 'hvc1' 01 000000 65", {"malformed"}},
  });
  expect_audio({{"95 05 'Opus' 01", {"malformed"}}, {"95 31 'Opus' 01", {"malformed"}}});
}

TEST(NanoOffset, IsReadFromItsModifier) {
  const struct {
    std::string_view notation;
    std::optional<std::uint32_t> offset;
    bool malformed;
  } cases[] = {
      {"97 02 000001 03 'av01' 12", 1, false},
      {"97 02 0F423F 03 'av01' 12", 999'999, false},
      {"97 02 0F4240 03 'av01' 12", {}, true},    // a millisecond
      {"97 01 0001 03 'av01' 12", {}, true},      // too short
      {"97 03 000001FF 03 'av01' 12", 1, false},  // with something behind it
      {"97 02 000001 07 02 000002 03 'av01' 12", 2, false},
      {"97 02 000001 13 'av01' 12", {}, false},  // a modifier of another type
      {"93 'av01' 12", {}, false},
  };
  for (const auto& [notation, offset, malformed] : cases) {
    SCOPED_TRACE(notation);
    const Bytes body = wire(notation);
    const MediaHeader header = read_media_header(TagType::kVideo, body);
    EXPECT_EQ(header.has_nano_offset, offset.has_value());
    EXPECT_EQ(header.nano_offset, offset.value_or(0));
    TrackReader reader(header, body);
    EXPECT_TRUE(reader.next());
    EXPECT_EQ(reader.malformed(), malformed);
  }
}

struct Frame {
  bool key;
  bool disposable;
  std::int32_t composition_time;
  std::uint32_t nano_offset;

  friend bool operator==(const Frame&, const Frame&) = default;
};
void PrintTo(const Frame& frame, std::ostream* out) {
  *out << (frame.key ? "key " : "") << (frame.disposable ? "disposable " : "") << frame.composition_time
       << " ms " << frame.nano_offset << " ns";
}
std::vector<Frame> frames(TagType type, std::string_view notation) {
  const Bytes body = wire(notation);
  TrackReader reader(read_media_header(type, body), body);
  std::vector<Frame> frames;
  while (const auto packet = reader.next())
    frames.push_back({packet->key_frame, packet->disposable, packet->composition_time, packet->nano_offset});
  return frames;
}

TEST(Frames, SayWhetherTheyStandAlone) {
  const struct {
    std::string_view notation;
    Frame frame;
  } cases[] = {
      {"17 01 000000 65", {true, false, 0, 0}},
      {"27 01 000000 41", {false, false, 0, 0}},
      {"37 01 000000 01", {false, true, 0, 0}},
      {"47 01 000000 65", {true, false, 0, 0}},
      {"12 84", {true, false, 0, 0}},
      {"32 84", {false, true, 0, 0}},
      {"93 'av01' 12", {true, false, 0, 0}},
      {"A3 'av01' 12", {false, false, 0, 0}},
      {"B3 'av01' 12", {false, true, 0, 0}},
      {"17 00 000000 01", {false, false, 0, 0}},
      {"90 'avc1' 01", {false, false, 0, 0}},
      {"A6 01 'hvc1' 07 000000 65", {false, false, 0, 0}},
      {"96 01 'hvc1' 07 000000 65", {true, false, 0, 0}},
  };
  for (const auto& [notation, frame] : cases)
    EXPECT_EQ(frames(TagType::kVideo, notation), std::vector<Frame>{frame}) << notation;
  EXPECT_EQ(frames(TagType::kAudio, "AF 01 21"), (std::vector<Frame>{{false, false, 0, 0}}));
}

TEST(CompositionTime, IsSignedAndOfEachTrack) {
  const struct {
    std::string_view notation;
    std::vector<std::int32_t> times;
  } cases[] = {
      {"27 01 000050 65", {80}},
      {"27 01 FFFFFF 65", {-1}},
      {"27 01 7FFFFF 65", {0x7FFFFF}},
      {"27 01 800000 65", {-0x800000}},
      {"2C 01 FFFFB0 65", {-80}},
      {"27 01 0000", {0}},       // cut short
      {"27 00 000050 01", {0}},  // a configuration
      {"21 01 000050 65", {0}},  // of a codec that has none
      {"A1 'hvc1' FFFFD8 26", {-40}},
      {"A3 'hvc1' 000050 26", {0}},
      {"A1 'av01' 000050 12", {0}},
      {"A6 11 'avc1' 00 000004 000021 65 01 000004 FFFFFF 65 02 000003 000000", {33, -1, 0}},
      {"A6 21 'avc1' 00 000004 000021 65 'av01' 01 000001 12", {33, 0}},
  };
  for (const auto& [notation, times] : cases) {
    std::vector<std::int32_t> read;
    for (const Frame& frame : frames(TagType::kVideo, notation)) read.push_back(frame.composition_time);
    EXPECT_EQ(read, times) << notation;
  }
}

TEST(NanoOffset, IsOfEachTrackOfItsTag) {
  EXPECT_EQ(frames(TagType::kVideo, "97 02 0F423F 06 13 'av01' 00 000001 12 01 000001 12"),
            (std::vector<Frame>{{true, false, 0, 999'999}, {true, false, 0, 999'999}}));
  EXPECT_EQ(frames(TagType::kAudio, "97 02 000007 01 'Opus' FC"), (std::vector<Frame>{{false, false, 0, 7}}));
  EXPECT_EQ(frames(TagType::kAudio, "91 'Opus' FC"), (std::vector<Frame>{{false, false, 0, 0}}));
}

std::optional<Channels> channels(std::string_view notation) {
  const Bytes body = join({wire("94 'Opus'"), wire(notation)});
  TrackReader reader(read_media_header(TagType::kAudio, body), body);
  const auto packet = reader.next();
  EXPECT_EQ(reader.malformed(), !packet);
  return packet ? read_channels(*packet) : std::nullopt;
}

TEST(Channels, AreCountedAndHaveTheirPlaces) {
  EXPECT_EQ(channels("00 03"), (Channels{3, 0}));
  EXPECT_EQ(channels("01 06 0000003F"), (Channels{6, 0x3F}));
  EXPECT_EQ(channels("02 04 01 00 FE 17"), (Channels{4, 0x800003}));  // FE: unused
  EXPECT_EQ(channels("02 00"), (Channels{0, 0}));
}

TEST(Channels, ThatCannotBeAreMalformed) {
  for (const char* notation : {"", "00", "01", "01 06", "01 06 00003F", "02 02 00", "03 02", "FF 02 0001"})
    EXPECT_FALSE(channels(notation)) << notation;
}

}  // namespace
}  // namespace rtmp::test
