// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "received.h"

namespace rtmp::test {
namespace {

struct Case {
  const char* name;
  Bytes bytes;
  std::vector<Received> messages;
};

void expect_messages(const Case& c) {
  SCOPED_TRACE(c.name);
  for_each_split(c.bytes, [&](MemoryStream& peer) {
    const auto all = read_all(peer);
    EXPECT_EQ(all.messages, c.messages);
    EXPECT_EQ(all.end.code, ErrorCode::kEndOfStream) << all.end.detail;
  });
}

TEST(Timestamp, AddsUpFromChunkToChunk) {
  const Case cases[] = {
      {"type 3 after type 0 adds the absolute timestamp",
       wire("04 00001A 000001 09 01000000'a' C4'b' C4'c'"),
       {{9, 26, 1, wire("'a'")}, {9, 52, 1, wire("'b'")}, {9, 78, 1, wire("'c'")}}},
      {"deltas of types 1 and 2, repeated by type 3",
       wire("04 000000 000001 09 01000000'a' 44 000028 000001 09'b' 84 000014'c' C4'd'"),
       {{9, 0, 1, wire("'a'")}, {9, 40, 1, wire("'b'")}, {9, 60, 1, wire("'c'")}, {9, 80, 1, wire("'d'")}}},
      {"the largest timestamp that needs no extension, and the least two that do",
       wire("04 FFFFFE 000001 09 01000000'a' 04 FFFFFF 000001 09 01000000 00FFFFFF'b' 04 FFFFFF 000001 09 "
            "01000000"
            "01000000'c'"),
       {{9, 0xFFFFFE, 1, wire("'a'")}, {9, 0xFFFFFF, 1, wire("'b'")}, {9, 0x1000000, 1, wire("'c'")}}},
      {"an extension that was not needed",
       wire("04 FFFFFF 000001 09 01000000 00000005'a' 84 FFFFFF 00000001'b'"),
       {{9, 5, 1, wire("'a'")}, {9, 6, 1, wire("'b'")}}},
      {"FFmpeg's sequence header at 0, and a first frame after more than 16777 s",
       wire("06 000000 000001 09 01000000'h' 46 FFFFFF 000002 09 01000AE0 'fr' 86 000028'am'"),
       {{9, 0, 1, wire("'h'")}, {9, 16'780'000, 1, wire("'fr'")}, {9, 16'780'040, 1, wire("'am'")}}},
      {"GStreamer's step back: a delta that wraps",
       wire("06 000064 000001 09 01000000'a' 46 FFFFFF 000001 09 FFFFFFF0'b' 86 000010'c'"),
       {{9, 100, 1, wire("'a'")}, {9, 84, 1, wire("'b'")}, {9, 100, 1, wire("'c'")}}},
      {"a clock that wraps",
       wire("06 FFFFFF 000001 09 01000000 FFFFFFE0'a' 86 000040'b'"),
       {{9, 0xFFFFFFE0, 1, wire("'a'")}, {9, 0x20, 1, wire("'b'")}}},
      {"a short field takes the extension away from type 3",
       wire("06 FFFFFF 000001 09 01000000 01000000'a' 86 000028'b' C6'c'"),
       {{9, 0x1000000, 1, wire("'a'")}, {9, 0x1000028, 1, wire("'b'")}, {9, 0x1000050, 1, wire("'c'")}}},
      {"an extension on another chunk stream",
       wire("06 FFFFFF 000001 09 01000000 01000000'a' 04 000005 000001 08 01000000'b' C4'c'"),
       {{9, 0x1000000, 1, wire("'a'")}, {8, 5, 1, wire("'b'")}, {8, 10, 1, wire("'c'")}}},
  };
  for (const Case& c : cases) expect_messages(c);
}

/// A message of `length` (in hex) with an extended timestamp, in type 0, as far as its header.
Bytes opening(std::string_view length, std::string_view timestamp = "01000000") {
  return join({wire("06 FFFFFF"), wire(length), wire("09 01000000"), wire(timestamp)});
}

// Whoever repeats the extended timestamp, whoever does not, and whoever writes zeros: all are understood.
TEST(ExtendedTimestamp, IsFoundOrMissedOnContinuations) {
  const auto in_eights = set_chunk_size("00000008");
  const auto in_twos = set_chunk_size("00000002");
  const std::vector<Received> long_message = {{9, 0x1000000, 1, wire("'abcdefghijklmnopqrst'")}};
  const std::vector<Received> short_message = {{9, 0x1000000, 1, wire("'abcde'")}};
  const Case cases[] = {
      {"repeated",
       join({in_eights, opening("000014"), wire("'abcdefgh' C6 01000000'ijklmnop' C6 01000000'qrst'")}),
       long_message},
      {"missing", join({in_eights, opening("000014"), wire("'abcdefgh' C6'ijklmnop' C6'qrst'")}),
       long_message},
      {"zeros",
       join({in_eights, opening("000014"), wire("'abcdefgh' C6 00000000'ijklmnop' C6 00000000'qrst'")}),
       long_message},
      {"repeated, before less than 4 bytes",
       join({in_twos, opening("000005"), wire("'ab' C6 01000000'cd' C6 01000000'e'")}), short_message},
      {"missing, before less than 4 bytes", join({in_twos, opening("000005"), wire("'ab' C6'cd' C6'e'")}),
       short_message},
      {"zeros, before less than 4 bytes",
       join({in_twos, opening("000005"), wire("'ab' C6 00000000'cd' C6 00000000'e'")}), short_message},
      {"repeated, with another message between the chunks",
       join({set_chunk_size("00000004"), opening("00000A"),
             wire("'abcd' 44 000000 000001 08'A' C6 01000000'efgh' C4'B' C6 01000000'ij'")}),
       {{8, 0, 0, wire("'A'")}, {8, 0, 0, wire("'B'")}, {9, 0x1000000, 1, wire("'abcdefghij'")}}},
      {"repeated, with the first message of another chunk stream between the chunks",
       join({in_eights, opening("000014"),
             wire("'abcdefgh' C6 01000000'ijkl'04'nop' 49 000000 000001 08'A' C6 01000000'qrst'")}),
       {{8, 0, 0, wire("'A'")}, {9, 0x1000000, 1, wire("'abcdefghijkl'04'nopqrst'")}}},
      {"missing, with another message between the chunks",
       join({set_chunk_size("00000004"), opening("00000C"),
             wire("'abcd' C6'efgh' 44 000000 000001 08'A' C6'ijkl'")}),
       {{8, 0, 0, wire("'A'")}, {9, 0x1000000, 1, wire("'abcdefghijkl'")}}},
      {"zeros, with another message between the chunks",
       join({set_chunk_size("00000004"), opening("00000C"),
             wire("'abcd' C6 00000000'efgh' 44 000000 000001 08'A' C6 00000000'ijkl'")}),
       {{8, 0, 0, wire("'A'")}, {9, 0x1000000, 1, wire("'abcdefghijkl'")}}},
  };
  for (const Case& c : cases) expect_messages(c);
}

TEST(ExtendedTimestamp, CountsWhereAType3ChunkOpensAMessage) {
  const Case cases[] = {
      {"repeated",
       join({opening("000004", "02000000"), wire("'abcd' C6 02000000'efgh' C6 02000000'ijkl'")}),
       {{9, 0x2000000, 1, wire("'abcd'")},
        {9, 0x4000000, 1, wire("'efgh'")},
        {9, 0x6000000, 1, wire("'ijkl'")}}},
      {"missing",
       join({opening("000004", "02000000"), wire("'abcd' C6'efgh' C6'ijkl'")}),
       {{9, 0x2000000, 1, wire("'abcd'")},
        {9, 0x4000000, 1, wire("'efgh'")},
        {9, 0x6000000, 1, wire("'ijkl'")}}},
      {"zeros, which repeat nothing",
       join({opening("000004", "02000000"), wire("'abcd' C6 00000000'efgh' C6 00000000'ijkl'")}),
       {{9, 0x2000000, 1, wire("'abcd'")},
        {9, 0x4000000, 1, wire("'efgh'")},
        {9, 0x6000000, 1, wire("'ijkl'")}}},
      {"another delta, once it is clear that there is one (FFmpeg)",
       join({opening("000004", "02000000"),
             wire("'abcd' C6 02000000'efgh' C6 03000000'ijkl' C6 03000000'mnop'")}),
       {{9, 0x2000000, 1, wire("'abcd'")},
        {9, 0x4000000, 1, wire("'efgh'")},
        {9, 0x7000000, 1, wire("'ijkl'")},
        {9, 0xA000000, 1, wire("'mnop'")}}},
      {"another value in mid-message counts for nothing",
       join({set_chunk_size("00000004"), opening("000006", "02000000"),
             wire("'abcd' C6 02000000'ef' C6 02000000'ghij' C6 07000000'kl'")}),
       {{9, 0x2000000, 1, wire("'abcdef'")}, {9, 0x4000000, 1, wire("'ghijkl'")}}},
  };
  for (const Case& c : cases) expect_messages(c);
}

TEST(ExtendedTimestamp, ThatDiffersIsSeenByWhatFollows) {
  // Nothing was decided before, and all is in the buffer: where 'e' would begin a chunk, none can. The last
  // might be either, and relies on the one before.
  MemoryStream peer(
      join({opening("000004", "02000000"), wire("'abcd' C6 03000000'efgh' C6 05000000 04'jkl'")}));
  EXPECT_EQ(read_all(peer).messages, (std::vector<Received>{{9, 0x2000000, 1, wire("'abcd'")},
                                                            {9, 0x5000000, 1, wire("'efgh'")},
                                                            {9, 0xA000000, 1, wire("04'jkl'")}}));
}

TEST(ExtendedTimestamp, OfZerosIsNotSeenWhereAKnownChunkStreamFollowsThePayload) {
  MemoryStream peer(join({set_chunk_size("00000008"), wire("14 000000 000001 08 01000000'A'"),
                          opening("000010"), wire("'abcdefgh' C6 00000000'mnop' 54 000000 000001 08'B'")}));
  EXPECT_EQ(read_all(peer).messages,
            (std::vector<Received>{{8, 0, 1, wire("'A'")},
                                   {9, 0x1000000, 1, wire("'abcdefgh' 00000000 'mnop'")},
                                   {8, 0, 1, wire("'B'")}}));
}

TEST(ExtendedTimestamp, HasOneAnswerForAConnection) {
  const auto in_eights = set_chunk_size("00000008");
  const std::vector<Received> expected = {{9, 0x1000000, 1, wire("'abcdefghijklmnop'")},
                                          {8, 0x2000000, 1, wire("'abcdefgh' 02000000 'mnop'")}};
  // Once missing, bytes like it are payload; on another chunk stream, too. (Known before the second chunk
  // ends, since all is in the buffer.)
  MemoryStream without(join({in_eights, opening("000010"), wire("'abcdefgh' C6'ijklmnop'"),
                             wire("04 FFFFFF 000010 08 01000000 02000000 'abcdefgh' C4 02000000'mnop'")}));
  EXPECT_EQ(read_all(without).messages, expected);
  // Once there, it is there whatever its bytes, and the payload may be like it.
  expect_messages({"with",
                   join({in_eights, opening("000010"), wire("'abcdefgh' C6 01000000'ijklmnop'"),
                         wire("04 FFFFFF 000010 08 01000000 02000000 'abcdefgh' C4 'xxxx' 02000000'mnop'")}),
                   expected});
}

TEST(ExtendedTimestamp, ThatThePayloadImitatesIsSeenByWhatFollows) {
  // A sender that repeats nothing, whose first continuation begins with the timestamp all the same. It may be
  // followed by another, or be the last of its message.
  MemoryStream middle(join({set_chunk_size("00000008"), opening("000014"),
                            wire("'abcdefgh' C6 01000000'mnop' C6'qrst' C6'abcdefgh'C6'ijklmnop'C6'qrst'")}));
  EXPECT_EQ(read_all(middle).messages,
            (std::vector<Received>{{9, 0x1000000, 1, wire("'abcdefgh' 01000000 'mnopqrst'")},
                                   {9, 0x2000000, 1, wire("'abcdefghijklmnopqrst'")}}));
  MemoryStream last(join({set_chunk_size("00000008"), opening("000010"),
                          wire("'abcdefgh' C6 01000000'mnop' 04 000005 000001 08 01000000'A'")}));
  EXPECT_EQ(
      read_all(last).messages,
      (std::vector<Received>{{9, 0x1000000, 1, wire("'abcdefgh' 01000000 'mnop'")}, {8, 5, 1, wire("'A'")}}));
}

/// A message in two chunks, the second with just these bytes and no timestamp.
Bytes with_remainder(const Bytes& rest) {
  return join({set_chunk_size("00000008"),
               wire("06 FFFFFF 0000"),
               {static_cast<std::uint8_t>(8 + rest.size())},
               wire("09 01000000 01000000 'abcdefgh' C6"),
               rest});
}

TEST(ExtendedTimestamp, IsNotWaitedForBehindAShortRemainder) {
  for (const char* remainder : {"'i'", "'ij'", "'ijk'", "'ijkl'", "01 02", "01 00 01", "00 01"}) {
    SCOPED_TRACE(remainder);
    const Bytes message = with_remainder(wire(remainder));
    const Bytes all = join({message, wire("06 000000 000001 09 01000000 'n'")});
    MemoryStream peer(all, split_every(1, all.size()));
    ReadBuffer in(peer);
    const auto read = ChunkReader(in).read();
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(received(*read).body, join({wire("'abcdefgh'"), wire(remainder)}));
    EXPECT_EQ(peer.delivered(), message.size());
  }
}

TEST(ExtendedTimestamp, IsGivenUpWhereTheStreamEndsInIt) {
  for (const char* remainder : {"01", "0100", "010000", "00", "0000", "000000"}) {
    SCOPED_TRACE(remainder);
    for_each_split(with_remainder(wire(remainder)), [&](MemoryStream& peer) {
      EXPECT_EQ(read_all(peer).messages,
                (std::vector<Received>{{9, 0x1000000, 1, join({wire("'abcdefgh'"), wire(remainder)})}}));
    });
  }
}

TEST(ExtendedTimestamp, ThatIsCutShortIsAnEnd) {
  const Bytes bytes =
      join({set_chunk_size("00000008"), opening("000010"), wire("'abcdefgh' C6 01000000'ijklmnop'")});
  for (std::size_t size = 16; size < bytes.size(); ++size) {
    MemoryStream peer(cut(bytes, size));
    const auto all = read_all(peer);
    EXPECT_TRUE(all.messages.empty()) << size;
    EXPECT_EQ(all.end.code, ErrorCode::kEndOfStream) << all.end.detail;
  }
}

}  // namespace
}  // namespace rtmp::test
