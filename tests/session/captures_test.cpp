// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <string_view>

#include "chunk_reader.h"
#include "dialogue.h"
#include "recording.h"
#include "rtmp/media_info.h"
#include "rtmp/metadata.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kHandshake = 1 + 2 * 1536;  // C0, C1, C2

/// A message of a recording, and how many bytes had been sent when it was complete.
struct Sent {
  Message message;
  std::size_t complete;
};

// The contents that this gives are compared with the recording's .tags. Byte by byte, so that no message is
// found complete later than it is.
std::vector<Sent> read_messages(const Recording& recording) {
  const Bytes bytes = to_bytes(std::span(recording.bytes).subspan(kHandshake));
  MemoryStream stream(bytes, split_every(1, bytes.size()));
  ReadBuffer in(stream);
  ChunkReader reader(in);
  reader.set_max_message(0xFFFFFF);
  std::vector<Sent> messages;
  while (auto message = reader.read()) {
    messages.push_back({*std::move(message), kHandshake + stream.delivered()});
  }
  return messages;
}

bool is_media(MessageType type) {
  return type == MessageType::kAudio || type == MessageType::kVideo || type == MessageType::kData;
}

bool begins_with(std::span<const std::uint8_t> body, const Bytes& start) {
  return body.size() >= start.size() && std::ranges::equal(body.first(start.size()), start);
}

// As the recorded programs write it, not as the specification allows it.
bool ends_sequence(const Message& message) {
  const auto body = message.body();
  return begins_with(body, wire("17 02 000000"))      // FFmpeg, GStreamer: H.264
         || begins_with(body, wire("A2 'av01'"))      // OBS
         || begins_with(body, wire("A6 02 'avc1'"));  // OBS, eflvmux: one track of many
}

struct ExpectedTag {
  TagType type;
  std::uint32_t timestamp;
  std::span<const std::uint8_t> body;
  std::size_t complete;
  bool held;  // until the end
};

// What is documented of the filter, said once more.
std::optional<ExpectedTag> expected_tag(const Sent& sent) {
  static const Bytes kSetDataFrame = wire("02 000D'@setDataFrame'");
  auto body = sent.message.body();
  if (sent.message.type == MessageType::kVideo && body.empty()) return std::nullopt;
  if (sent.message.type == MessageType::kData) {
    if (begins_with(body, kSetDataFrame)) body = body.subspan(kSetDataFrame.size());
    if (!begins_with(body, wire("02"))) return std::nullopt;
  }
  const bool held = sent.message.type == MessageType::kVideo && ends_sequence(sent.message);
  return ExpectedTag{static_cast<TagType>(sent.message.type), sent.message.timestamp, body, sent.complete,
                     held};
}

/// What a recording is to bring about, however much of it arrives.
class Expectation {
 public:
  explicit Expectation(const Recording& recording)
      : recording_(recording), messages_(read_messages(recording)) {
    for (const Sent& sent : messages_) {
      if (is_media(sent.message.type)) {
        if (auto tag = expected_tag(sent)) tags_.push_back(*tag);
      }
      const auto note_end_of = [&](const Bytes& name, std::size_t& end) {
        if (sent.message.type == MessageType::kCommand && begins_with(sent.message.body(), name))
          end = sent.complete;
      };
      note_end_of(wire("02 0007'connect'"), connect_);
      note_end_of(wire("02 0007'publish'"), publish_);
      note_end_of(wire("02 000B'FCUnpublish'"), unpublish_);
    }
  }

  [[nodiscard]] const std::vector<Sent>& messages() const { return messages_; }
  [[nodiscard]] std::size_t publish() const { return publish_; }

  /// The first difference between this and what happened once `size` bytes were sent; "" if there is none.
  [[nodiscard]] std::string difference(const Outcome& outcome, std::size_t size) const {
    std::vector<const ExpectedTag*> tags;
    for (const bool held : {false, true}) {
      for (const ExpectedTag& tag : tags_)
        if (tag.held == held && tag.complete <= size) tags.push_back(&tag);
    }
    Lines before, after;
    const std::string key = recording_.stream_name.substr(0, recording_.stream_name.find('?'));
    if (size >= connect_) before.push_back("application " + recording_.application);
    if (size >= publish_) before.push_back("publish " + recording_.application + " " + key);
    if (size >= publish_) after.push_back(size >= unpublish_ ? "end unpublished" : "end closed");

    const auto& events = outcome.events;
    for (std::size_t i = 0; i < std::max(events.size(), before.size() + tags.size() + after.size()); ++i) {
      const std::string happened = i < events.size() ? (events[i].tag ? "a tag" : events[i].what) : "nothing";
      std::string expected = "nothing";
      if (i < before.size()) {
        expected = before[i];
      } else if (i - before.size() < tags.size()) {
        const ExpectedTag& tag = *tags[i - before.size()];
        if (i < events.size() && events[i].tag && is(*events[i].tag, tag)) continue;
        expected = "tag " + std::to_string(i - before.size()) + " at " + std::to_string(tag.timestamp);
      } else if (i - before.size() - tags.size() < after.size()) {
        expected = after[i - before.size() - tags.size()];
      }
      if (happened != expected) return "event " + std::to_string(i) + " is " + happened + ", not " + expected;
    }
    return "";
  }

 private:
  static bool is(const Tag& tag, const ExpectedTag& expected) {
    return tag.type() == expected.type && tag.timestamp() == expected.timestamp &&
           std::ranges::equal(tag.body(), expected.body);
  }

  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

  const Recording& recording_;
  std::vector<Sent> messages_;
  std::vector<ExpectedTag> tags_;
  std::size_t connect_ = kNever;
  std::size_t publish_ = kNever;
  std::size_t unpublish_ = kNever;
};

class RecordedClient : public testing::TestWithParam<Recording> {
 protected:
  /// Plays the first `size` bytes.
  Outcome play(std::size_t size, const SplitPoints& splits = {}) {
    Outcome outcome = run_session(cut(recording_.bytes, size), splits);
    EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream) << outcome.end.detail;
    return outcome;
  }

  const Recording& recording_ = GetParam();
  const Expectation expectation_{recording_};
};

TEST(Recordings, AreAllThere) {
  const auto recordings = load_recordings();
  EXPECT_EQ(recordings.size(), 17u);
  for (const Recording& recording : recordings) {
    EXPECT_GT(recording.bytes.size(), kHandshake) << recording.name;
    EXPECT_GT(recording.sent.size(), 100u) << recording.name;
  }
}

TEST_P(RecordedClient, SentWhatAnotherDecoderFound) {
  std::vector<SentMessage> found;
  for (const auto& [message, complete] : expectation_.messages()) {
    if (!is_media(message.type)) continue;
    const auto body = message.body();
    found.push_back({static_cast<int>(message.type), message.timestamp, body.size(), md5_start(body)});
    if (body.empty()) continue;
    EXPECT_EQ(recording_.bytes[complete - 1], body.back());
  }
  EXPECT_TRUE(found == recording_.sent);
}

TEST_P(RecordedClient, PublishesWhatItsCommandLineSays) {
  const Outcome outcome = play(recording_.bytes.size());
  ASSERT_EQ(outcome.requests.size(), 1u);
  const PublishRequest& request = outcome.requests[0];
  EXPECT_EQ(request.application, recording_.application);
  EXPECT_EQ(request.application_query, "");
  EXPECT_EQ(request.stream_key + (request.query.empty() ? "" : "?") + request.query, recording_.stream_name);
  EXPECT_TRUE(request.tc_url.starts_with("rtmp://127.0.0.1:"));
  EXPECT_TRUE(request.tc_url.ends_with("/" + recording_.application));
}

TEST_P(RecordedClient, GetsTheAnswersThatItWaitsFor) {
  const Outcome outcome = play(recording_.bytes.size());
  check_replies(outcome);
  const Lines replies = describe(outcome.replies);
  for (const std::string awaited :
       {"_result 1 object NetConnection.Connect.Success", "onStatus 0 null NetStream.Publish.Start on 1"}) {
    EXPECT_EQ(std::ranges::count(replies, awaited), 1) << awaited;
  }
  EXPECT_EQ(std::ranges::count_if(replies,
                                  [](const std::string& line) {
                                    return line == "_result 2 null 1" ||
                                           line == "_result 4 null 1";  // rtmp2sink; all others
                                  }),
            1);
}

TEST_P(RecordedClient, GivesItsTagsAtOnce) {
  const std::size_t size = recording_.bytes.size();
  EXPECT_EQ(expectation_.difference(play(size), size), "");
}

TEST_P(RecordedClient, GivesItsTagsByteByByte) {
  const std::size_t size = recording_.bytes.size();
  EXPECT_EQ(expectation_.difference(play(size, split_every(1, size)), size), "");
}

TEST_P(RecordedClient, GivesItsTagsInPiecesOfAnySize) {
  const std::size_t size = recording_.bytes.size();
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(expectation_.difference(play(size, split_randomly(seed, size)), size), "") << "seed " << seed;
  }
}

TEST_P(RecordedClient, GivesWhatIsCompleteWhenItIsCutOff) {
  std::mt19937 generator(1);  // the same places each time
  for (int i = 0; i < 200; ++i) {
    // A quarter of them in the dialogue, which is short.
    const std::size_t below = i % 4 == 0 ? expectation_.publish() + 100 : recording_.bytes.size();
    const std::size_t size = generator() % below;
    EXPECT_EQ(expectation_.difference(play(size), size), "") << "cut off after " << size << " bytes";
  }
}

// What the tags say of the stream: "320x240, AAC, H.264".
std::string description(const Outcome& outcome) {
  std::set<std::string> found;
  for (const auto& event : outcome.events) {
    if (!event.tag) continue;
    TrackReader tracks(*event.tag);
    while (const auto packet = tracks.next()) {
      found.insert(codec_name(*packet));
      if (const auto size = video_size(*packet))
        found.insert(std::to_string(size->width) + "x" + std::to_string(size->height));
    }
    EXPECT_FALSE(tracks.malformed());
  }
  std::string text;
  for (const std::string& one : found) text += (text.empty() ? "" : ", ") + one;
  return text;
}

TEST_P(RecordedClient, SaysWhatItSends) {
  const std::pair<std::string_view, const char*> others[] = {
      {"ffmpeg71-hevc-aac-enhcodecs", "320x240, AAC, H.265"},
      {"ffmpeg90-av1-opus", "AV1, Opus"},
      {"ffmpeg90-multi-h264hevc-aacopus", "160x120, 320x240, AAC, H.264, H.265, Opus"},
      {"obs32-aomav1-aac", "AAC, AV1"},
      {"obs32-multitrack-x264x2", "160x120, 320x240, AAC, H.264"},
  };
  const auto* other =
      std::ranges::find(others, recording_.name, [](const auto& entry) { return entry.first; });
  const Outcome outcome = play(recording_.bytes.size());
  EXPECT_EQ(description(outcome), other == std::end(others) ? "320x240, AAC, H.264" : other->second);

  std::size_t described = 0;
  for (const auto& event : outcome.events) {
    if (!event.tag || event.tag->kind() != TagKind::kMetadata) continue;
    ++described;
    const Metadata metadata = read_metadata(*event.tag);
    EXPECT_EQ(std::ranges::count(metadata, MetadataField{"width", 320.0}), 1);
    EXPECT_EQ(std::ranges::count(metadata, MetadataField{"height", 240.0}), 1);
    EXPECT_EQ(std::ranges::count(metadata, "encoder", &MetadataField::name), 1);
  }
  EXPECT_GE(described, 1u);  // flvmux says it over and over
}

std::string test_name(const testing::TestParamInfo<Recording>& recording) {
  std::string name = recording.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, RecordedClient, testing::ValuesIn(load_recordings()), test_name);

}  // namespace

}  // namespace rtmp::test
