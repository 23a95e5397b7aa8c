// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chunk_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "received.h"

namespace rtmp::test {
namespace {

Bytes abort_of(std::string_view chunk_stream) {
  return join({wire("02 000000 000004 02 00000000"), wire(chunk_stream)});
}

struct Case {
  const char* name;
  Bytes bytes;
  std::vector<Received> messages;
};

const std::vector<Case>& legal() {
  static const std::vector<Case> cases = {
      {"type 0 says everything, the stream id backwards",
       wire("04 00001A 000003 09 04030201 'abc'"),
       {{9, 26, 0x01020304, wire("'abc'")}}},
      {"type 1 keeps the stream id",
       wire("04 00001A 000003 09 07000000 'abc'  44 000028 000002 08 'de'"),
       {{9, 26, 7, wire("'abc'")}, {8, 66, 7, wire("'de'")}}},
      {"type 2 keeps length and type too",
       wire("04 00001A 000003 09 07000000 'abc'  84 000014 'def'"),
       {{9, 26, 7, wire("'abc'")}, {9, 46, 7, wire("'def'")}}},
      {"type 3 keeps the delta too",
       wire("04 00001A 000001 09 07000000 'a'  84 000014 'b'  C4 'c'"),
       {{9, 26, 7, wire("'a'")}, {9, 46, 7, wire("'b'")}, {9, 66, 7, wire("'c'")}}},
      {"type 0 after others begins anew",
       wire("04 00001A 000001 09 07000000 'a'  C4 'b'  04 000005 000002 08 01000000 'cd'"),
       {{9, 26, 7, wire("'a'")}, {9, 52, 7, wire("'b'")}, {8, 5, 1, wire("'cd'")}}},
      {"each chunk stream inherits from itself",
       wire("04 000064 000001 08 01000000 'a'  06 0000C8 000002 09 02000000 'bc'  84 000001 'd'  86 000002 "
            "'ef'"),
       {{8, 100, 1, wire("'a'")},
        {9, 200, 2, wire("'bc'")},
        {8, 101, 1, wire("'d'")},
        {9, 202, 2, wire("'ef'")}}},
      {"zero-length messages of all four header types",
       wire("04 000000 000000 09 01000000  44 000001 000000 14  84 000002  C4  04 000000 000001 08 01000000 "
            "'a'"),
       {{9, 0, 1, {}}, {20, 1, 1, {}}, {20, 3, 1, {}}, {20, 5, 1, {}}, {8, 0, 1, wire("'a'")}}},
      {"a message of exactly the chunk size has no second header",
       join({set_chunk_size("00000003"), wire("04 000000 000003 08 01000000 'abc'  C4 'def'")}),
       {{8, 0, 1, wire("'abc'")}, {8, 0, 1, wire("'def'")}}},
      {"a message of the chunk size and a byte",
       join({set_chunk_size("00000003"), wire("04 000000 000004 08 01000000 'abc' C4'd'  C4 'efg' C4'h'")}),
       {{8, 0, 1, wire("'abcd'")}, {8, 0, 1, wire("'efgh'")}}},
      {"a message of twice the chunk size",
       join({set_chunk_size("00000003"),
             wire("04 000000 000006 08 01000000 'abc' C4'def'  C4 'ghi' C4'jkl'")}),
       {{8, 0, 1, wire("'abcdef'")}, {8, 0, 1, wire("'ghijkl'")}}},
      {"three interleaved messages, in the order of their ends",
       join({set_chunk_size("00000001"), wire("04 000001 000003 08 01000000 'a'  06 000002 000002 09 "
                                              "01000000 'x'  08 000003 000002 12 01000000"
                                              "'1'  C4'b'  C6'y'  C4'c'  C8'2'")}),
       {{9, 2, 1, wire("'xy'")}, {8, 1, 1, wire("'abc'")}, {18, 3, 1, wire("'12'")}}},
      {"a larger chunk size, between the chunks of another chunk stream's message",
       join({set_chunk_size("00000001"), wire("04 000001 000004 08 01000000 'a'"),
             wire("02 000000 000004 01 00000000 00 C200 C200 C210"), wire("C4 'bcd'")}),
       {{8, 1, 1, wire("'abcd'")}}},
      {"a smaller chunk size, between the chunks of another chunk stream's message",
       join({set_chunk_size("00000004"), wire("04 000001 000007 08 01000000 'abcd'"),
             set_chunk_size("00000001"), wire("C4'e' C4'f' C4'g'")}),
       {{8, 1, 1, wire("'abcdefg'")}}},
      {"a run of chunks with a shorter last one, and the next message's",
       join({set_chunk_size("00000003"),
             wire("04 000001 000008 08 01000000 'abc' C4'def' C4'gh'  C4'ijk' C4'lmn' C4'op'")}),
       {{8, 1, 1, wire("'abcdefgh'")}, {8, 2, 1, wire("'ijklmnop'")}}},
      {"the same on chunk stream 64, whose headers have two bytes",
       join({set_chunk_size("00000003"), wire("00 00 000001 000008 08 01000000 'abc' C0 00'def' C0 00'gh'  "
                                              "C0 00'ijk' C0 00'lmn' C0 00'op'")}),
       {{8, 1, 1, wire("'abcdefgh'")}, {8, 2, 1, wire("'ijklmnop'")}}},
      {"the same on chunk stream 320, whose headers have three bytes",
       join({set_chunk_size("00000004"),
             wire("01 0001 000001 000009 08 01000000 'abcd' C1 0001'efgh' C1 0001'i'  C1 0001'jklm' C1 "
                  "0001'nopq' C1 0001'r'")}),
       {{8, 1, 1, wire("'abcdefghi'")}, {8, 2, 1, wire("'jklmnopqr'")}}},
      {"a run of chunks on chunk stream 63 whose payload looks like their headers",
       join({set_chunk_size("00000002"), wire("3F 000001 000007 09 01000000 FFFF FF FFFF FF FFFF FF FF")}),
       {{9, 1, 1, wire("FFFFFFFFFFFFFF")}}},
      {"runs of chunks with another chunk stream's chunk in between",
       join({set_chunk_size("00000002"), wire("04 000001 000009 08 01000000 'ab' C4'cd'  06 000002 000003 09 "
                                              "01000000 'xy'  C4'ef' C4'gh'  C6'z'  C4'i'")}),
       {{9, 2, 1, wire("'xyz'")}, {8, 1, 1, wire("'abcdefghi'")}}},
      {"a run of chunks that is aborted, and one that inherits its header",
       join({set_chunk_size("00000004"), wire("04 00000A 00000A 09 01000000 'abcd' C4'efgh'"),
             abort_of("00000004"), wire("C4'ijkl' C4'mnop' C4'qr'")}),
       {{9, 20, 1, wire("'ijklmnopqr'")}}},
      {"a run of chunks that get an extended timestamp in mid-message",
       join({set_chunk_size("00000002"),
             wire("04 00000A 000009 08 01000000 'ab' C4'cd'  84 FFFFFF 01000000 'ef'  "
                  "C4 01000000'gh' C4 01000000'i'")}),
       {{8, 10, 1, wire("'abcdefghi'")}}},
      {"the largest chunk size",
       join({set_chunk_size("7FFFFFFF"), wire("04 000001 000003 08 01000000 'abc'")}),
       {{8, 1, 1, wire("'abc'")}}},
      {"a chunk size with four bytes too many",
       wire("02 000000 000008 01 00000000 00000001 00000002  04 000001 000002 08 01000000 'a'C4'b'"),
       {{8, 1, 1, wire("'ab'")}}},
      {"a chunk size on chunk stream 5 and message stream 1",
       wire("05 000000 000004 01 01000000 00000001  04 000001 000002 08 01000000 'a'C4'b'"),
       {{8, 1, 1, wire("'ab'")}}},
      {"type 1 on a fresh chunk stream: librtmp's ping response",
       wire("42 000007 000006 04 0007 01020304"),
       {{4, 7, 0, wire("0007 01020304")}}},
      {"a type 0 header repeated in mid-message, with another timestamp",
       join({set_chunk_size("00000002"),
             wire("04 00000A 000004 08 01000000 'ab'  04 000063 000004 08 01000000 'cd'")}),
       {{8, 10, 1, wire("'abcd'")}}},
      {"a type 1 header repeated in mid-message",
       join(
           {set_chunk_size("00000002"), wire("04 00000A 000004 08 01000000 'ab'  44 000005 000004 08 'cd'")}),
       {{8, 10, 1, wire("'abcd'")}}},
      {"a type 2 header in mid-message, whose delta counts from the next message on",
       join({set_chunk_size("00000002"),
             wire("04 00000A 000004 08 01000000 'ab'  84 000005 'cd'  C4'ef'C4'gh'")}),
       {{8, 10, 1, wire("'abcd'")}, {8, 15, 1, wire("'efgh'")}}},
      {"an aborted message, and one that inherits its header",
       join({set_chunk_size("00000004"), wire("04 00000A 000006 09 01000000 'abcd'"), abort_of("00000004"),
             wire("C4'efgh'C4'ij'")}),
       {{9, 20, 1, wire("'efghij'")}}},
      {"an aborted message beside an open one",
       join({set_chunk_size("00000004"),
             wire("04 000000 000005 08 01000000 'abcd'  06 000000 000005 09 01000000 'ABCD'"),
             abort_of("00000004"), wire("C6'E'")}),
       {{9, 0, 1, wire("'ABCDE'")}}},
      {"Abort names chunk streams by their numbers, up to 65599",
       join({set_chunk_size("00000004"),
             wire("01 0001 00000A 000005 08 01000000'abcd' 01 FFFF 00000A 000005 09 01000000'ABCD'"),
             abort_of("00000140"), abort_of("0001003F"),
             wire("C1 0001'efgh' C1 FFFF'EFGH' C1 0001'i' C1 FFFF'I'")}),
       {{8, 20, 1, wire("'efghi'")}, {9, 20, 1, wire("'EFGHI'")}}},
      {"Abort of an unknown chunk stream, and of one that nobody can have",
       join({abort_of("00000009"), abort_of("FFFFFFFF"), wire("04 000000 000001 08 01000000 'a'")}),
       {{8, 0, 1, wire("'a'")}}},
      {"Abort of a chunk stream whose message is complete",
       join({wire("04 00000A 000001 08 01000000 'a'"), abort_of("00000004"), wire("C4'b'")}),
       {{8, 10, 1, wire("'a'")}, {8, 20, 1, wire("'b'")}}},
      {"Abort without a whole number aborts nothing",
       join({set_chunk_size("00000003"), wire("04 000000 000004 08 01000000 'abc'"),
             wire("02 000000 000003 02 00000000 000004"), wire("C4'd'")}),
       {{8, 0, 1, wire("'abcd'")}}},
  };
  return cases;
}

TEST(ChunkReader, ReadsEveryLegalSequenceHoweverItArrives) {
  for (const Case& c : legal()) {
    SCOPED_TRACE(c.name);
    for_each_split(c.bytes, [&](MemoryStream& peer) {
      const auto all = read_all(peer);
      EXPECT_EQ(all.messages, c.messages);
      EXPECT_EQ(all.end.code, ErrorCode::kEndOfStream) << all.end.detail;
    });
  }
}

TEST(ChunkReader, ForgetsAMessageThatIsCutShortAnywhere) {
  for (const Case& c : legal()) {
    SCOPED_TRACE(c.name);
    for (std::size_t size = 0; size < c.bytes.size(); ++size) {
      SCOPED_TRACE("cut to " + std::to_string(size) + " bytes");
      MemoryStream peer(cut(c.bytes, size));
      peer.end_with({ErrorCode::kReset, "cut"});
      const auto all = read_all(peer);
      // Each case ends with a message, so its last byte is needed.
      ASSERT_LT(all.messages.size(), c.messages.size());
      EXPECT_TRUE(std::equal(all.messages.begin(), all.messages.end(), c.messages.begin()));
      EXPECT_EQ(all.end.code, ErrorCode::kReset) << all.end.detail;
    }
  }
}

// What is cut in the middle of a chunk, or of its header, goes on where the rest arrives.
TEST(ChunkReader, ReadsARunOfChunksOfTheFirstSizeThatIsCutAnywhere) {
  Bytes body;
  for (int i = 0; i < 3 * 128 + 5; ++i) body.push_back(static_cast<std::uint8_t>(i * 7));
  const std::pair<Bytes, Bytes> headers[] = {
      {wire("06"), wire("C6")}, {wire("00 00"), wire("C0 00")}, {wire("01 0001"), wire("C1 0001")}};
  for (const auto& [opens, goes_on] : headers) {
    SCOPED_TRACE(opens.size());
    Bytes bytes = join({opens, wire("000001 000185 09 01000000")});
    for (std::size_t at = 0; at < body.size(); ++at) {
      if (at > 0 && at % 128 == 0) bytes = join({bytes, goes_on});
      bytes.push_back(body[at]);
    }
    for (std::size_t at = 1; at < bytes.size(); ++at) {
      MemoryStream peer(bytes, {at});
      ASSERT_EQ(read_all(peer).messages, (std::vector<Received>{{9, 1, 1, body}})) << at;
    }
  }
}

TEST(ChunkReader, WaitsForNoByteBehindAMessage) {
  const std::vector<Bytes> messages = {
      wire("04 00001A 000003 09 01000000 'abc'"), wire("44 000028 000000 08"), wire("C4"),
      join({wire("03 000000 000081 14 00000000"), repeat(wire("'x'"), 128), wire("C3 'x'")})};
  const Bytes all = join({messages[0], messages[1], messages[2], messages[3]});
  MemoryStream peer(all, split_every(1, all.size()));
  ReadBuffer in(peer);
  ChunkReader reader(in);
  std::size_t end = 0;
  for (const Bytes& message : messages) {
    ASSERT_TRUE(reader.read());
    EXPECT_EQ(peer.delivered(), end += message.size());
  }
}

struct Illegal {
  const char* name;
  Bytes bytes;
  ErrorCode code;
};

TEST(ChunkReader, RefusesEveryIllegalSequenceAtItsHeader) {
  const Bytes two_of_four = join({set_chunk_size("00000002"), wire("04 00000A 000004 09 01000000 'ab'")});
  const Illegal cases[] = {
      {"type 2 on a fresh chunk stream", wire("84"), ErrorCode::kBadChunk},
      {"type 3 on a fresh chunk stream", wire("C4"), ErrorCode::kBadChunk},
      {"type 2 on chunk stream 64, after 4", wire("04 000000 000000 08 01000000  80 00"),
       ErrorCode::kBadChunk},
      {"type 3 on chunk stream 320, after 64", wire("00 00 000000 000000 08 01000000  C1 00 01"),
       ErrorCode::kBadChunk},
      {"type 0 in mid-message, shorter", join({two_of_four, wire("04 00000A 000003 09 01000000")}),
       ErrorCode::kBadChunk},
      {"type 0 in mid-message, longer", join({two_of_four, wire("04 00000A 000005 09 01000000")}),
       ErrorCode::kBadChunk},
      {"type 0 in mid-message, of another type", join({two_of_four, wire("04 00000A 000004 08 01000000")}),
       ErrorCode::kBadChunk},
      {"type 0 in mid-message, for another stream", join({two_of_four, wire("04 00000A 000004 09 02000000")}),
       ErrorCode::kBadChunk},
      {"type 1 in mid-message, shorter than what is there", join({two_of_four, wire("44 000000 000001 09")}),
       ErrorCode::kBadChunk},
      {"type 1 in mid-message, ending there", join({two_of_four, wire("44 000000 000002 09")}),
       ErrorCode::kBadChunk},
      {"type 1 in mid-message, longer", join({two_of_four, wire("44 000000 FFFFFF 09")}),
       ErrorCode::kBadChunk},
      {"type 1 in mid-message, of another type", join({two_of_four, wire("44 000000 000004 08")}),
       ErrorCode::kBadChunk},
      {"chunk size 0", set_chunk_size("00000000"), ErrorCode::kBadMessage},
      {"chunk size with the top bit", set_chunk_size("80000001"), ErrorCode::kBadMessage},
      {"chunk size of all bits", set_chunk_size("FFFFFFFF"), ErrorCode::kBadMessage},
      {"chunk size in 3 bytes", wire("02 000000 000003 01 00000000 000080"), ErrorCode::kBadMessage},
      {"chunk size without a byte", wire("02 000000 000000 01 00000000"), ErrorCode::kBadMessage},
      {"type 0 of 65 bytes", wire("02 000000 000041 00 00000000"), ErrorCode::kLimitExceeded},
      {"Set Chunk Size of 65 bytes", wire("02 000000 000041 01 00000000"), ErrorCode::kLimitExceeded},
      {"user control of 65 bytes", wire("02 000000 000041 04 00000000"), ErrorCode::kLimitExceeded},
      {"Set Peer Bandwidth of 65 bytes", wire("02 000000 000041 06 00000000"), ErrorCode::kLimitExceeded},
      {"a command of 1 MiB", wire("03 000000 100000 14 00000000"), ErrorCode::kLimitExceeded},
      {"an AMF3 command of 256 KiB and a byte", wire("03 000000 040001 11 00000000"),
       ErrorCode::kLimitExceeded},
      {"video of 256 KiB and a byte, before it may be longer", wire("06 000000 040001 09 01000000"),
       ErrorCode::kLimitExceeded},
  };
  for (const Illegal& c : cases) {
    SCOPED_TRACE(c.name);
    for_each_split(c.bytes, [&](MemoryStream& peer) {
      const auto all = read_all(peer);
      EXPECT_EQ(all.end.code, c.code) << all.end.detail;
      EXPECT_EQ(peer.delivered(), c.bytes.size());
    });
  }
}

TEST(ChunkReader, CountsMediaMessagesAndEachFourKibibytesOfOneAsTheyArrive) {
  const Bytes message = join({wire("06 000000 002800 09 01000000"), Bytes(10 << 10, 0)});  // 10 KiB
  const Bytes ping = wire("02 000000 000006 04 00000000 0006 01020304");
  const Bytes all = join({set_chunk_size("00100000"), ping, message, wire("06 000000 000000 08 01000000")});
  const std::size_t before = all.size() - message.size() - 12;
  const std::vector<std::pair<std::size_t, std::uint64_t>> cases{{before, 0},
                                                                 {before + 12 + 4095, 0},
                                                                 {before + 12 + 4096, 1},
                                                                 {before + 12 + 8192, 2},
                                                                 {before + message.size(), 3},
                                                                 {all.size(), 4}};
  for (const auto& [bytes, steps] : cases) {
    SCOPED_TRACE(bytes);
    for (const std::size_t piece : {std::size_t{1000}, all.size()}) {
      MemoryStream stream(cut(all, bytes), split_every(piece, bytes));
      ReadBuffer buffer(stream);
      Counter counter;
      ChunkReader reader(buffer, &counter);
      reader.set_max_message(1 << 20);
      while (reader.read()) {
      }
      EXPECT_EQ(counter.get(), steps);
    }
  }
}

TEST(ChunkReader, CountsEachFourKibibytesOfARunOfChunks) {
  Bytes all = join({set_chunk_size("00000400"), wire("06 000000 002800 09 01000000")});  // 10 KiB
  const std::size_t before = all.size();
  for (int chunk = 0; chunk < 10; ++chunk)
    all = join({all, chunk > 0 ? wire("C6") : Bytes(), Bytes(1024, 0)});
  const std::pair<std::size_t, std::uint64_t> cases[] = {{before + 4 * 1025 - 2, 0},
                                                         {before + 4 * 1025 - 1, 1},
                                                         {before + 8 * 1025 - 2, 1},
                                                         {before + 8 * 1025 - 1, 2},
                                                         {all.size(), 3}};
  for (const auto& [bytes, steps] : cases) {
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{1025}, all.size()}) {
      SCOPED_TRACE(std::to_string(bytes) + " bytes, " + std::to_string(piece) + " at a time");
      MemoryStream stream(cut(all, bytes), split_every(piece, bytes));
      ReadBuffer buffer(stream);
      Counter counter;
      ChunkReader reader(buffer, &counter);
      reader.set_max_message(1 << 20);
      while (reader.read()) {
      }
      EXPECT_EQ(counter.get(), steps);
    }
  }
}

}  // namespace
}  // namespace rtmp::test
