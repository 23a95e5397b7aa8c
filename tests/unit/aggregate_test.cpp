// SPDX-License-Identifier: LGPL-2.1-or-later
#include "aggregate.h"

#include <gtest/gtest.h>

#include <vector>

#include "received.h"

namespace rtmp::test {
namespace {

std::vector<Received> split(const Bytes& body, std::uint32_t timestamp = 5000, std::uint32_t stream_id = 1) {
  std::vector<Received> messages;
  const Message aggregate = make_message(MessageType::kAggregate, body, timestamp, stream_id);
  AggregateReader parts(aggregate);
  while (const auto part = parts.next())
    messages.push_back(
        {static_cast<int>(part->type), part->timestamp, aggregate.stream_id, to_bytes(part->body)});
  return messages;
}

const Bytes kAudio = wire("08 000003 0003E8 00 000000 AF0121 0000000E");
const Bytes kVideo = wire("09 000004 0003FF 00 000000 27010000 0000000F");
const Bytes kScript = wire("12 000002 000410 00 000000 0200 0000000D");
const Received kAudioMessage{8, 5000, 1, wire("AF0121")};
const Received kVideoMessage{9, 5023, 1, wire("27010000")};
const Received kScriptMessage{18, 5040, 1, wire("0200")};

TEST(Aggregate, SplitsIntoMessagesThatKeepTheirDistances) {
  EXPECT_EQ(split(join({kAudio, kVideo, kScript})),
            (std::vector<Received>{kAudioMessage, kVideoMessage, kScriptMessage}));
}

TEST(Aggregate, MayBeEmptyOrHoldNoWholeTag) {
  EXPECT_TRUE(split({}).empty());
  EXPECT_TRUE(split(cut(kAudio, 10)).empty());
  EXPECT_TRUE(split(cut(kAudio, 13)).empty());
}

TEST(Aggregate, LosesOnlyALastTagThatIsCutShort) {
  const Bytes whole = join({kAudio, kVideo});
  const std::size_t body_ends = whole.size() - 4;
  for (std::size_t size = kAudio.size(); size < whole.size(); ++size) {
    // The last back pointer may be missing, or a part of it.
    const auto expected = size < body_ends ? std::vector<Received>{kAudioMessage}
                                           : std::vector<Received>{kAudioMessage, kVideoMessage};
    EXPECT_EQ(split(cut(whole, size)), expected) << size;
  }
}

TEST(Aggregate, PassesOverAnAggregateInIt) {
  // The inner one holds a whole audio tag; it must not come out, nor be taken for the next of the outer.
  const Bytes inner = join({wire("16 000012 0003E8 00 000000"), kAudio, wire("0000001D")});
  EXPECT_EQ(split(join({kAudio, inner, kVideo})), (std::vector<Received>{kAudioMessage, kVideoMessage}));
}

TEST(Aggregate, PassesOverEveryOtherType) {
  for (int type = 0; type < 256; ++type) {
    if (type == 8 || type == 9 || type == 18) continue;
    const Bytes other =
        join({{static_cast<std::uint8_t>(type)}, wire("000004 0003E8 00 000000 00000001 0000000F")});
    EXPECT_EQ(split(join({kAudio, other, kVideo})), (std::vector<Received>{kAudioMessage, kVideoMessage}))
        << type;
  }
}

TEST(Aggregate, CountsFromItsFirstTagEvenIfThatIsPassedOver) {
  const Bytes other = wire("03 000001 0003E8 00 000000 00 0000000C");
  EXPECT_EQ(split(join({other, kVideo})), (std::vector<Received>{kVideoMessage}));
}

TEST(Aggregate, ReadsTimestampsOf32BitsAndWrapsThem) {
  const Bytes late = wire("08 000001 FFFFFE 7F 000000 01 0000000C");     // 0x7FFFFFFE
  const Bytes later = wire("08 000001 000001 80 000000 02 0000000C");    // 3 more
  const Bytes earlier = wire("08 000001 FFFFF4 7F 000000 03 0000000C");  // 10 less than the first
  EXPECT_EQ(split(join({late, later, earlier}), 0xFFFFFFFF),
            (std::vector<Received>{{8, 0xFFFFFFFF, 1, {1}}, {8, 2, 1, {2}}, {8, 0xFFFFFFF5, 1, {3}}}));
}

TEST(Aggregate, PassesOverTheStreamIdInATag) {
  const Bytes foreign = wire("09 000001 000000 00 000007 17 0000000C");
  EXPECT_EQ(split(foreign, 10, 5), (std::vector<Received>{{9, 10, 5, {0x17}}}));
}

TEST(Aggregate, MayHoldTagsWithoutABody) {
  const Bytes empty = wire("09 000000 0003E8 00 000000 0000000B");
  EXPECT_EQ(split(join({empty, kVideo})), (std::vector<Received>{{9, 5000, 1, {}}, kVideoMessage}));
  EXPECT_EQ(split(cut(empty, 11)), (std::vector<Received>{{9, 5000, 1, {}}}));
}

TEST(Aggregate, IgnoresAWrongBackPointer) {
  Bytes wrong = kAudio;
  wrong.back() = 0xFF;
  EXPECT_EQ(split(join({wrong, kVideo})), (std::vector<Received>{kAudioMessage, kVideoMessage}));
}

}  // namespace
}  // namespace rtmp::test
