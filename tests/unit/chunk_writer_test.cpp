// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chunk_writer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "received.h"

namespace rtmp::test {
namespace {

TEST(ChunkWriter, WritesAType0HeaderAndThenType3) {
  ChunkWriter writer;
  writer.set_chunk_size(4);
  ByteWriter out;
  const Bytes body = wire("'abcdefghi'");
  writer.write({.chunk_stream = 3,
                .type = MessageType::kCommand,
                .stream_id = 0x01020304,
                .timestamp = 0x0A0B0C,
                .body = body},
               out);
  EXPECT_EQ(to_bytes(out.bytes()), wire("03 0A0B0C 000009 14 04030201 'abcd' C3 'efgh' C3 'i'"));
}

TEST(ChunkWriter, RepeatsAnExtendedTimestamp) {
  ChunkWriter writer;
  writer.set_chunk_size(4);
  ByteWriter out;
  const Bytes body = wire("'abcde'");
  writer.write({.chunk_stream = 63, .type = MessageType::kData, .timestamp = 0xFFFFFF, .body = body}, out);
  EXPECT_EQ(to_bytes(out.bytes()), wire("3F FFFFFF 000005 12 00000000 00FFFFFF 'abcd' FF 00FFFFFF 'e'"));
}

TEST(ChunkWriter, BeginsWithChunksOf128Bytes) {
  ByteWriter out;
  const Bytes body = repeat(wire("'x'"), 129);
  ChunkWriter().write({.chunk_stream = 3, .type = MessageType::kCommand, .body = body}, out);
  EXPECT_EQ(to_bytes(out.bytes()),
            join({wire("03 000000 000081 14 00000000"), repeat(wire("'x'"), 128), wire("C3 'x'")}));
}

/// What a reader makes of `body`, written twice behind the announcement of `chunk_size`.
void expect_to_read_back(std::uint32_t chunk_size, std::uint32_t timestamp, const Bytes& body) {
  SCOPED_TRACE(std::to_string(body.size()) + " bytes at " + std::to_string(timestamp) + " in chunks of " +
               std::to_string(chunk_size));
  ByteWriter out;
  ByteWriter size;
  size.be32(chunk_size);
  ChunkWriter writer;
  writer.write({.chunk_stream = 2, .type = MessageType::kSetChunkSize, .body = size.bytes()}, out);
  writer.set_chunk_size(chunk_size);
  for (const std::uint8_t chunk_stream : {std::uint8_t{3}, std::uint8_t{63}})
    writer.write({.chunk_stream = chunk_stream,
                  .type = MessageType::kData,
                  .stream_id = 5,
                  .timestamp = timestamp,
                  .body = body},
                 out);

  for_each_split(to_bytes(out.bytes()), [&](MemoryStream& peer) {
    const auto all = read_all(peer);
    EXPECT_EQ(all.end.code, ErrorCode::kEndOfStream) << all.end.detail;
    const Received expected{18, timestamp, 5, body};
    EXPECT_EQ(all.messages, (std::vector<Received>{expected, expected}));
  });
}

TEST(ChunkWriter, WritesWhatAReaderReads) {
  for (const std::uint32_t chunk_size : {1u, 2u, 3u, 4u, 5u, 127u, 128u, 4096u, 65536u, 0x7FFFFFFFu}) {
    for (const std::uint32_t timestamp : {0u, 1u, 0xFFFFFEu, 0xFFFFFFu, 0x1000000u, 0xFFFFFFFFu}) {
      for (const std::size_t size : {0u, 1u, 2u, 4u, 5u, 127u, 128u, 129u, 256u, 4096u, 4097u, 10'000u}) {
        Bytes body(size);
        std::iota(body.begin(), body.end(), std::uint8_t{1});
        expect_to_read_back(chunk_size, timestamp, body);
        if (HasFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace rtmp::test
