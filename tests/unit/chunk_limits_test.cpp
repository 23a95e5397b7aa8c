// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "byte_writer.h"
#include "chunk_reader.h"
#include "received.h"
#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

/// A basic header in the shortest form, or in that of `size` bytes.
Bytes basic_header(std::uint8_t format, std::uint32_t chunk_stream, std::size_t size = 0) {
  if (size == 0) size = chunk_stream < 64 ? 1 : chunk_stream < 320 ? 2 : 3;
  ByteWriter out;
  const auto rest = static_cast<std::uint16_t>(chunk_stream - 64);
  out.u8(static_cast<std::uint8_t>(format << 6 | (size == 1 ? chunk_stream : size - 2)));
  if (size > 1) out.u8(static_cast<std::uint8_t>(rest));
  if (size > 2) out.u8(static_cast<std::uint8_t>(rest >> 8));
  return out.take();
}

/// A type 0 chunk of a message of `length` bytes, as far as its header.
Bytes opening(std::uint32_t chunk_stream, std::uint32_t length, MessageType type) {
  ByteWriter out;
  out.append(basic_header(0, chunk_stream));
  out.be24(0);
  out.be24(length);
  out.u8(static_cast<std::uint8_t>(type));
  out.le32(1);
  return out.take();
}

Bytes pattern(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(seed + i * 31 + i / 251);
  return bytes;
}

AllReceived read_media(ByteStream& peer) {
  ReadBuffer in(peer);
  ChunkReader reader(in);
  reader.set_max_message(limits::kMaxMediaMessage);
  return read_all(reader);
}

/// What comes of all four header types with these basic headers, one for each.
void expect_four_messages(const std::array<Bytes, 4>& basic) {
  const Bytes bytes =
      join({basic[0], wire("00001A 000001 09 07000000 'a'"), basic[1], wire("000028 000002 08 'bc'"),
            basic[2], wire("000014 'de'"), basic[3], wire("'fg'")});
  for_each_split(bytes, [&](MemoryStream& peer) {
    const auto all = read_all(peer);
    EXPECT_EQ(all.messages, (std::vector<Received>{{9, 26, 7, wire("'a'")},
                                                   {8, 66, 7, wire("'bc'")},
                                                   {8, 86, 7, wire("'de'")},
                                                   {8, 106, 7, wire("'fg'")}}));
    EXPECT_EQ(all.end.code, ErrorCode::kEndOfStream) << all.end.detail;
  });
}

TEST(ChunkStreamId, MeansTheSameInEverySizeOfBasicHeader) {
  std::vector<std::uint32_t> ids = {64, 65, 191, 319, 320, 575, 576, 65598, 65599};
  for (std::uint32_t id = 2; id < 64; ++id) ids.push_back(id);
  for (const std::uint32_t id : ids) {
    SCOPED_TRACE(id);
    expect_four_messages(
        {basic_header(0, id), basic_header(1, id), basic_header(2, id), basic_header(3, id)});
  }
}

TEST(ChunkStreamId, HasOneStateInBothFormsThatItFits) {
  for (const std::uint32_t id : {64u, 319u}) {
    SCOPED_TRACE(id);
    expect_four_messages(
        {basic_header(0, id, 3), basic_header(1, id, 2), basic_header(2, id, 3), basic_header(3, id, 2)});
  }
}

TEST(ChunkStreamId, ContinuesAMessageInItsOtherForm) {
  const Bytes bytes =
      join({set_chunk_size("00000001"), wire("00 00 000000 000003 08 01000000 'a' C1 0000 'b' C0 00 'c'")});
  for_each_split(bytes, [](MemoryStream& peer) {
    EXPECT_EQ(read_all(peer).messages, (std::vector<Received>{{8, 0, 1, wire("'abc'")}}));
  });
}

TEST(ChunkReader, ReadsMessagesOfAllSizesAroundTheFirstChunkSize) {
  for (const std::uint32_t size : {0u, 1u, 127u, 128u, 129u, 255u, 256u, 257u, 384u}) {
    SCOPED_TRACE(size);
    const Bytes body = pattern(size, 1);
    Bytes bytes = opening(3, size, MessageType::kCommand);
    for (std::size_t at = 0; at < size; ++at) {
      if (at > 0 && at % 128 == 0) bytes.push_back(0xC3);
      bytes.push_back(body[at]);
    }
    bytes = join({bytes, opening(3, 1, MessageType::kCommand), wire("'!'")});
    for_each_split(bytes, [&](MemoryStream& peer) {
      EXPECT_EQ(read_all(peer).messages, (std::vector<Received>{{20, 0, 1, body}, {20, 0, 1, wire("'!'")}}));
    });
  }
}

TEST(ChunkReader, ReadsACommandInChunksOfOneByte) {
  const Bytes body = pattern(300, 7);
  Bytes bytes = join({set_chunk_size("00000001"), opening(3, 300, MessageType::kCommand)});
  for (std::size_t at = 0; at < body.size(); ++at) {
    if (at > 0) bytes.push_back(0xC3);
    bytes.push_back(body[at]);
  }
  for_each_split(bytes, [&](MemoryStream& peer) {
    EXPECT_EQ(read_all(peer).messages, (std::vector<Received>{{20, 0, 1, body}}));
  });
}

TEST(ChunkReader, TellsTheChunkSize) {
  const struct {
    const char* announced;
    std::uint32_t size;
  } cases[] = {{"00000001", 1}, {"00010000", 65536}, {"00FFFFFF", 0xFFFFFF}, {"01000000", 0xFFFFFF}};
  for (const auto& c : cases) {
    MemoryStream peer(set_chunk_size(c.announced));
    ReadBuffer in(peer);
    ChunkReader reader(in);
    EXPECT_EQ(reader.chunk_size(), 128u);
    EXPECT_FALSE(reader.read());
    EXPECT_EQ(reader.chunk_size(), c.size);
  }
}

TEST(ChunkReader, TakesTheLongestMessagesOneAfterTheOther) {
  // Three: what is complete counts no more, or the third would be beyond the limit.
  constexpr std::uint32_t kSize = limits::kMaxMediaMessage;
  Bytes bytes = set_chunk_size("7FFFFFFF");
  for (std::uint8_t i = 0; i < 3; ++i) {
    const Bytes header = opening(6, kSize, MessageType::kVideo);
    const Bytes body = pattern(kSize, i);
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.insert(bytes.end(), body.begin(), body.end());
  }
  MemoryStream peer(bytes, split_randomly(1, bytes.size()));
  const auto all = read_media(peer);
  ASSERT_EQ(all.messages.size(), 3u) << all.end.detail;
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_TRUE(all.messages[i].body == pattern(kSize, i));
}

TEST(ChunkReader, LimitsEachMessageByItsType) {
  const struct {
    MessageType type;
    std::uint32_t most;
  } cases[] = {{MessageType::kUserControl, 64},         {MessageType::kAcknowledgement, 64},
               {MessageType::kCommand, 256 << 10},      {MessageType::kCommandAmf3, 256 << 10},
               {MessageType::kVideo, 500'000},          {MessageType::kAudio, 500'000},
               {MessageType::kData, 500'000},           {MessageType::kDataAmf3, 500'000},
               {MessageType::kAggregate, 500'000},      {static_cast<MessageType>(7), 500'000},
               {static_cast<MessageType>(255), 500'000}};
  for (const auto& c : cases) {
    for (const std::uint32_t more : {0u, 1u}) {
      SCOPED_TRACE("type " + std::to_string(static_cast<int>(c.type)) + ", " + std::to_string(c.most + more) +
                   " bytes");
      MemoryStream peer(opening(3, c.most + more, c.type));
      ReadBuffer in(peer);
      ChunkReader reader(in);
      reader.set_max_message(500'000);
      EXPECT_EQ(read_all(reader).end.code, more ? ErrorCode::kLimitExceeded : ErrorCode::kEndOfStream);
    }
  }
}

TEST(ChunkReader, ChecksTheLengthThatALaterMessageInherits) {
  MemoryStream peer(join({opening(3, 100, MessageType::kVideo), pattern(100, 0), wire("C3")}));
  ReadBuffer in(peer);
  ChunkReader reader(in);
  ASSERT_TRUE(reader.read());
  reader.set_max_message(99);
  EXPECT_EQ(read_all(reader).end.code, ErrorCode::kLimitExceeded);
}

TEST(ChunkReader, LimitsTheNumberOfChunkStreams) {
  Bytes bytes;
  for (std::uint32_t id = 2; id < 2 + limits::kMaxChunkStreams; ++id)
    bytes = join({bytes, opening(id, 0, MessageType::kAudio)});
  const Bytes known_again = join({bytes, wire("C2 C3")});
  const Bytes one_more = join({bytes, wire("00 02")});

  MemoryStream enough(known_again);
  auto all = read_all(enough);
  EXPECT_EQ(all.messages.size(), limits::kMaxChunkStreams + 2);
  EXPECT_EQ(all.end.code, ErrorCode::kEndOfStream) << all.end.detail;

  MemoryStream too_many(one_more);
  all = read_all(too_many);
  EXPECT_EQ(all.messages.size(), limits::kMaxChunkStreams);
  EXPECT_EQ(all.end.code, ErrorCode::kLimitExceeded) << all.end.detail;
}

TEST(ChunkReader, LimitsTheBytesOfOpenMessages) {
  // The first chunks of one of the longest messages, and of what must not come on top.
  const Bytes chunk = pattern(128, 0);
  constexpr std::uint32_t kLeft = (limits::kMaxOpenBytes - limits::kMaxMediaMessage) / 2;
  const Bytes two = join({opening(4, limits::kMaxMediaMessage, MessageType::kVideo), chunk,
                          opening(5, kLeft, MessageType::kVideo), chunk});
  for (const std::uint32_t more : {0u, 1u}) {
    MemoryStream peer(join({two, opening(6, kLeft + 1 + more, MessageType::kVideo)}));
    EXPECT_EQ(read_media(peer).end.code, more ? ErrorCode::kLimitExceeded : ErrorCode::kEndOfStream);
  }
}

TEST(ChunkReader, CountsAnAbortedMessageNoMore) {
  const Bytes chunk = pattern(128, 0);
  constexpr std::uint32_t kSize = 8 << 20;
  const Bytes two =
      join({opening(4, kSize, MessageType::kVideo), chunk, opening(5, kSize, MessageType::kVideo), chunk});
  const Bytes abort_4 = wire("02 000000 000004 02 00000000 00000004");
  const Bytes third = opening(6, kSize, MessageType::kVideo);

  MemoryStream without(join({two, third}));
  EXPECT_EQ(read_media(without).end.code, ErrorCode::kLimitExceeded);
  MemoryStream with(join({two, abort_4, third}));
  EXPECT_EQ(read_media(with).end.code, ErrorCode::kEndOfStream);
  MemoryStream twice(join({two, abort_4, abort_4, third, chunk, opening(4, kSize, MessageType::kVideo)}));
  EXPECT_EQ(read_media(twice).end.code, ErrorCode::kLimitExceeded);
}

TEST(ChunkReader, GivesUpAtTheSecondOfManyLongMessagesThatBegin) {
  Bytes bytes;
  for (std::uint32_t id = 4; id < 64; ++id)
    bytes = join({bytes, opening(id, limits::kMaxMediaMessage, MessageType::kVideo), pattern(128, 0)});
  MemoryStream peer(bytes, split_every(12 + 128, bytes.size()));
  const auto all = read_media(peer);
  EXPECT_TRUE(all.messages.empty());
  EXPECT_EQ(all.end.code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(peer.delivered(), 2u * (12 + 128));
}

TEST(ChunkReader, TellsWhatItHoldsOfMessagesThatAreLong) {
  // In chunks of 1 MiB: one message of 3 of them, and in between them one of 2 that is given up.
  constexpr std::uint32_t kChunk = 1 << 20;
  const Bytes chunk = pattern(kChunk, 0);
  const Bytes begin = join({set_chunk_size("00100000"), opening(4, 3 * kChunk, MessageType::kVideo), chunk,
                            opening(5, 2 * kChunk, MessageType::kVideo), chunk});
  const Bytes abort_5 = wire("02 000000 000004 02 00000000 00000005");
  const Bytes rest = join({wire("C4"), chunk, wire("C4"), chunk});
  const auto told_of = [](const Bytes& bytes, std::size_t messages) {
    MemoryStream peer(bytes, split_every(100'000, bytes.size()));
    ReadBuffer in(peer);
    std::vector<std::size_t> told;
    ChunkReader reader(in, nullptr, [&](std::size_t held) { told.push_back(held); });
    reader.set_max_message(limits::kMaxMediaMessage);
    for (std::size_t i = 0; i < messages; ++i) EXPECT_TRUE(reader.read());
    EXPECT_FALSE(messages == 0 && reader.read());
    return told;
  };
  auto told = told_of(begin, 0);
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_LE(told.size(), 8u);
  EXPECT_EQ(told.back(), 2 * kChunk);
  // The abort's four bytes begin a step.
  told = told_of(join({begin, abort_5}), 0);
  EXPECT_EQ(told[told.size() - 2], 2 * kChunk + (256 << 10));
  EXPECT_EQ(told.back(), kChunk);
  // The message that is returned counts until the next is asked for.
  told = told_of(join({begin, abort_5, rest}), 1);
  EXPECT_EQ(told.back(), 3 * kChunk);
  told = told_of(join({begin, abort_5, rest, opening(6, 1, MessageType::kAudio), wire("01")}), 2);
  EXPECT_EQ(told.back(), 0u);
}

TEST(ChunkReader, SaysNothingOfWhatItHoldsOfShortMessages) {
  Bytes bytes = set_chunk_size("00100000");
  for (int i = 0; i < 20; ++i)
    bytes = join({bytes, opening(4, 100'000, MessageType::kVideo), pattern(100'000, 0)});
  MemoryStream peer(bytes);
  ReadBuffer in(peer);
  int told = 0;
  ChunkReader reader(in, nullptr, [&](std::size_t) { ++told; });
  reader.set_max_message(limits::kMaxMediaMessage);
  EXPECT_EQ(read_all(reader).messages.size(), 20u);
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace rtmp::test
