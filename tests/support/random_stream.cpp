// SPDX-License-Identifier: LGPL-2.1-or-later
#include "random_stream.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <random>
#include <string>

#include "flv_tags.h"

namespace rtmp::test {
namespace {

constexpr MessageType kVideo = MessageType::kVideo, kAudio = MessageType::kAudio;
constexpr int kNone = -1;

/// A codec, with the numbers that name it (or kNone, or ""), and what its streams consist of.
struct Codec {
  MessageType medium;
  int classic;         // video codec or sound format
  const char* fourcc;  // in Enhanced RTMP
  bool has_packet_type;
  bool composes;  // there is a composition time in front of a frame
  std::vector<const char*> configurations;
  std::vector<const char*> frames;  // what a frame (of video, a key frame) begins with
};

constexpr const char* kHevcRecord =
    "0101600000009000000000003CF000FCFDF8F800000F03 2000010018 "
    "40010C01FFFF01600000030090000003000003003C959809"
    "2100010025 42010101600000030090000003000003003CA00A080F165959A4932BC05A020000030002000003003210"
    "2200010007 4401C172B46240";

const std::vector<Codec>& codecs() {
  static const std::vector<const char*> avc{"0164001FFFE000", "0142C01EFFE000"}, none{}, any{""};
  static const std::vector<const char*> hevc{kHevcRecord}, aac{"1210", "1190", "1388", "131056E598"};
  static const std::vector<const char*> mp3{"FFFB9464", "FFFB50C4", "FFE318C4"};
  static const std::vector<Codec> all{
      {kVideo, 2, "", false, false, none, any},
      {kVideo, 3, "", false, false, none, any},
      {kVideo, 4, "", false, false, none, {"00", "1F"}},
      {kVideo, 5, "", false, false, none, {"00", "1F"}},
      {kVideo, 6, "", false, false, none, any},
      {kVideo, 7, "avc1", true, true, avc, {"00000002 65", "00000001 65"}},
      {kVideo, 8, "", false, false, none, {"000080"}},
      {kVideo, 9, "", false, false, none, any},
      {kVideo, 12, "hvc1", true, true, hevc, any},
      {kVideo, kNone, "hev1", false, true, hevc, any},
      {kVideo, kNone, "vvc1", false, true, {"FE00"}, any},
      {kVideo,
       kNone,
       "av01",
       false,
       false,
       {"81000C00", "81000C00 0A0B000000043CFFBC02F80040", ""},
       {"0A0B000000043CFFBC02F80040"}},
      {kVideo,
       kNone,
       "vp08",
       false,
       false,
       {"000A80020202 0000", ""},
       {"104F009D012AB2009200000708858588", "104F009D012A40002000000708858588"}},
      {kVideo,
       kNone,
       "vp09",
       false,
       false,
       {"01000000 000A82020202 0000", ""},
       {"82498342000B1009160438241C184A00"}},
      {kAudio, 0, "", false, false, none, any},
      {kAudio, 1, "", false, false, none, any},
      {kAudio, 2, ".mp3", false, false, none, mp3},
      {kAudio, 3, "", false, false, none, any},
      {kAudio, 4, "", false, false, none, any},
      {kAudio, 5, "", false, false, none, any},
      {kAudio, 6, "", false, false, none, any},
      {kAudio, 7, "", false, false, none, any},
      {kAudio, 8, "", false, false, none, any},
      {kAudio, 10, "mp4a", true, false, aac, any},
      {kAudio, 11, "", false, false, none, any},
      {kAudio, 14, "", false, false, none, mp3},
      {kAudio, kNone, "Opus", false, false, {"'OpusHead' 01 02 3801 80BB0000 0000 00", ""}, any},
      {kAudio,
       kNone,
       "fLaC",
       false,
       false,
       {"1200120000044900 04DE0AC440F000 0033AECD36F8AB0A878DA30B37B9EFB6C64D51"},
       {"FFF8"}},
      {kAudio, kNone, "ac-3", false, false, {""}, {"0B775B309E40EBF8403E9D5F"}},
      {kAudio, kNone, "ec-3", false, false, {""}, {"0B77017F3487C00020842108"}},
  };
  return all;
}

std::string text(std::string_view notation) {
  const Bytes bytes = wire(notation);
  return {bytes.begin(), bytes.end()};
}
std::string number(std::size_t size, std::int64_t value) {
  std::string bytes;
  while (size-- > 0) bytes += static_cast<char>(value >> (8 * size) & 0xFF);
  return bytes;
}

class Publisher {
 public:
  explicit Publisher(std::uint32_t seed) : random_(seed), time_(begins()) {}

  void step() {
    move_time();
    switch (below(12)) {
      case 0:
        oddity();
        break;
      case 1:
        data();
        break;
      case 2:
        unknown_codec();
        break;
      default:
        media(chance(2) ? kVideo : kAudio);
    }
  }

  std::vector<RandomTag> tags{};

 private:
  enum : unsigned { kStart = 0, kFrame = 1, kEnd = 2, kImmediate = 3 };  // packet types

  struct Track {
    const Codec* codec = nullptr;
    bool begun = false;  // a frame that says what its codec needs has been there
  };

  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool chance(std::uint32_t of) { return below(of) == 0; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(static_cast<std::uint32_t>(std::size(list)))];
  }
  std::string bytes(std::uint32_t most) {
    std::string made(1 + below(most), '\0');
    std::ranges::generate(made, [&] { return static_cast<char>(below(256)); });
    return made;
  }

  // At 0, and in front of and behind half of what 32 bits hold.
  std::int64_t begins() {
    static constexpr std::int64_t kBeginnings[] = {0, 0x7FFFF000, 0xA0000000};
    return one_of(kBeginnings) + below(5000);
  }
  // Never back beyond the beginning, and never as far as half of what 32 bits hold.
  void move_time() {
    if (chance(200))
      time_ += below(0x40000000);
    else if (chance(20))
      time_ = std::max(begun_at_, time_ - below(2000));
    else
      time_ += below(60);
  }
  void add(MessageType type, std::string body, bool left_out = false) {
    tags.push_back({{type, static_cast<std::uint32_t>(time_), std::move(body)}, time_, left_out});
  }

  // A codec that may be in such a tag.
  const Codec& codec(MessageType medium, bool classic) {
    while (true) {
      const Codec& found = one_of(codecs());
      if (found.medium == medium && (classic ? found.classic != kNone : *found.fourcc != '\0')) return found;
    }
  }

  std::string frame(Track& track, bool key) {
    // What begins a track says what it is; behind that anything may come.
    std::string begin = key || !track.begun ? text(one_of(track.codec->frames)) : std::string();
    track.begun = true;
    return begin + bytes(chance(30) ? 5000 : 40);
  }
  std::string configuration(const Codec& of) { return text(one_of(of.configurations)); }

  void media(MessageType medium) { chance(3) ? classic(medium) : extended(medium); }

  void classic(MessageType medium) {
    Track& track = tracks_[medium][0];
    const bool stays = track.codec && track.codec->classic != kNone && !chance(15);
    if (!stays) begin(track, codec(medium, true));
    const Codec& of = *track.codec;
    const auto id = static_cast<unsigned>(of.classic);
    const auto head = [&](bool key) {
      return number(1,
                    medium == kVideo ? (key ? 0x10u : 0x20u + 0x10u * below(2)) | id : id << 4 | below(16));
    };
    const auto packet = [&](bool key, unsigned type, const std::string& payload) {
      std::string body = head(key);
      if (of.has_packet_type) body += number(1, type);
      if (of.composes) body += number(3, type == kFrame ? composition_time() : 0);
      add(medium, body + payload);
    };
    if (of.has_packet_type && (!stays || chance(20))) packet(true, kStart, configuration(of));
    if (of.has_packet_type && chance(40)) packet(true, kStart, chance(2) ? "" : "\xFF");  // broken
    if (medium == kVideo && of.has_packet_type && chance(20)) packet(true, kEnd, "");
    if (chance(20)) packet(true, kFrame, "");
    const bool key = !track.begun || chance(5);
    packet(key, kFrame, frame(track, key));
  }

  struct Part {
    unsigned number;
    Track* track;
  };

  void extended(MessageType medium) {
    const unsigned kind = below(4);  // none, then those of multitrack: one, many, many with own codecs
    std::vector<Part> parts;
    for (unsigned n = 0; n < 3; ++n)
      if (kind == 0 ? n == 0 : kind == 1 ? parts.empty() && chance(2) : chance(2))
        parts.push_back({n, &tracks_[medium][n]});
    if (parts.empty()) return;
    bool starts = false;
    const Codec* shared = parts[0].track->codec;
    if (!shared || *shared->fourcc == '\0' || chance(15)) shared = &codec(medium, false);
    for (const Part& part : parts) {
      const Codec* own = part.track->codec;
      const bool stays = own && *own->fourcc != '\0' && !chance(15);
      const Codec& next = kind == 3 ? (stays ? *own : codec(medium, false)) : *shared;
      if (own == &next) continue;
      begin(*part.track, next);
      starts = true;
    }
    if (starts || chance(20)) packet(medium, kind, parts, kStart);
    if (chance(20)) packet(medium, kind, parts, kEnd);
    packet(medium, kind, parts, medium == kVideo && chance(4) ? kImmediate : kFrame);
  }

  void begin(Track& track, const Codec& next) { track = {&next, false}; }

  void packet(MessageType medium, unsigned kind, const std::vector<Part>& parts, unsigned type) {
    const bool begins = std::ranges::any_of(parts, [](const Part& part) { return !part.track->begun; });
    const bool key = type == kStart || begins || chance(5);
    const unsigned head = medium == kVideo ? 0x80u | (key ? 0x10u : 0x20u) : 0x90u;
    const unsigned multitrack = medium == kVideo ? 6 : 5;
    std::string body = modified(head, kind == 0 ? type : multitrack);
    if (kind > 0) body += number(1, (kind - 1) << 4 | type);
    if (kind < 3) body += parts[0].track->codec->fourcc;
    for (const Part& part : parts) {
      const std::string payload = payload_of(*part.track, type, key);
      if (kind == 3) body += part.track->codec->fourcc;
      if (kind > 0) body += number(1, part.number);
      if (kind > 1) body += number(3, static_cast<std::int64_t>(payload.size()));
      body += payload;
    }
    add(medium, body);
  }

  std::string payload_of(Track& track, unsigned type, bool key) {
    const Codec& of = *track.codec;
    if (type == kStart) return of.configurations.empty() ? "" : configuration(of);
    if (type == kEnd) return "";
    const std::string time = type == kFrame && of.composes ? number(3, composition_time()) : "";
    return time + (track.begun && chance(30) ? "" : frame(track, key));
  }

  std::int64_t composition_time() { return chance(10) ? -std::int64_t{below(80)} : below(200); }

  // The first byte and that of the type, with any modifiers between them.
  std::string modified(unsigned head, unsigned type) {
    constexpr unsigned kModEx = 7, kOther = 0x50;
    if (!chance(5)) return number(1, head | type);
    if (chance(2))
      return number(1, head | kModEx) + text("02") + number(3, below(1'000'000)) + number(1, type);
    const std::string what = bytes(chance(3) ? 600 : 20);
    const std::size_t size = what.size() - 1;
    const std::string sized = size < 255 ? number(1, size) : text("FF") + number(2, size);
    return number(1, head | kModEx) + sized + what + number(1, kOther | type);
  }

  void oddity() {
    static constexpr struct {
      MessageType medium;
      const char* body;
    } kOddities[] = {
        {kVideo, ""},
        {kAudio, ""},
        {kVideo, "17"},
        {kVideo, "17 01"},
        {kVideo, "52 00"},
        {kVideo, "D0 'avc1'"},
        {kVideo, "27 09 000000"},
        {kVideo, "97 02 00"},
        {kVideo, "91 'av'"},
        {kAudio, "95 11 'mp4'"},
        {kAudio, "95 F1 'mp4a' 00 00"},
        {kAudio, "94 'mp4a' 01 02 00000003"},
        {kVideo, "D4 'avc1' 02 0009'colorInfo' 03 000009"},
        {kVideo, "96 13 'avc1' 00 FFFFFF 12"},
    };
    const auto& [medium, body] = one_of(kOddities);
    add(medium, text(body));
  }

  void data() {
    static constexpr const char* kMessages[] = {
        "",
        "02",
        "02 000A'onMetaData'",
        "02 000A'onMetaData' 08 00000001 000C'audiocodecid' 00 4024000000000000 000009",
        "02 000D'@setDataFrame' 02 000A'onMetaData' 03 0005'width' 00 4094000000000000 000009",
        "02 000A'onTextData' 03 0004'text' 02 0005'hello' 000009",
        "02 0004'onFI' 05",
        "FF FF FF"};
    add(MessageType::kData, text(one_of(kMessages)));
  }

  void unknown_codec() {
    static constexpr struct {
      MessageType medium;
      const char* head;
    } kHeads[] = {{kVideo, "11"}, {kVideo, "1A"}, {kVideo, "2D"},        {kAudio, "C0"},
                  {kAudio, "DF"}, {kAudio, "F2"}, {kVideo, "91 'what'"}, {kAudio, "91 'huh?'"}};
    const auto& [medium, head] = one_of(kHeads);
    add(medium, text(head) + bytes(30), true);
  }

  std::mt19937 random_;
  std::int64_t time_;
  const std::int64_t begun_at_ = time_;
  std::map<MessageType, std::array<Track, 3>> tracks_{};
};

}  // namespace

std::vector<RandomTag> random_stream(std::uint32_t seed, std::size_t steps) {
  Publisher publisher(seed);
  for (std::size_t i = 0; i < steps; ++i) publisher.step();
  return publisher.tags;
}

}  // namespace rtmp::test
