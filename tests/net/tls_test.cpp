// SPDX-License-Identifier: LGPL-2.1-or-later
// What TlsStream passes on over real sockets after the handshake, and how it ends.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tls_connection.h"

namespace rtmp::test {
namespace {

TEST(TlsStream, PassesBytesBothWays) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("to the server")));
  EXPECT_EQ(both.receive(13), text("to the server"));
  ASSERT_TRUE(both.server.write(text("to the client")));
  EXPECT_EQ(both.client.receive(13), text("to the client"));
}

TEST(TlsStream, PassesSingleBytes) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const Bytes bytes = pattern(300);
  for (const std::uint8_t byte : bytes) ASSERT_TRUE(both.client.send({byte}));
  EXPECT_EQ(both.receive(bytes.size()), bytes);
  for (const std::uint8_t byte : bytes) ASSERT_TRUE(both.server.write({&byte, 1}));
  EXPECT_EQ(both.client.receive(bytes.size()), bytes);
}

TEST(TlsStream, GivesARecordInAsManyPiecesAsItsReaderLikes) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const Bytes bytes = pattern(16 << 10);
  ASSERT_TRUE(both.client.send(bytes));
  EXPECT_EQ(both.receive(bytes.size(), 7), bytes);
}

TEST(TlsStream, PassesTenMegabytesEachWayInLargeWrites) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const Bytes bytes = pattern(10'000'000);
  auto sent = std::async(std::launch::async, [&] { return both.client.send(bytes); });
  EXPECT_TRUE(both.receive(bytes.size()) == bytes);
  EXPECT_TRUE(sent.get());
  auto received = std::async(std::launch::async, [&] { return both.client.receive(bytes.size()); });
  EXPECT_TRUE(both.server.write(bytes));
  EXPECT_TRUE(received.get() == bytes);
}

TEST(TlsStream, ReadsAndWritesInTheCallersThread) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("x")));
  EXPECT_EQ(both.receive(1), text("x"));
  EXPECT_EQ(both.inner.last_reader, std::this_thread::get_id());
}

TEST(TlsStream, TakesManyRecordsInOneRead) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(both.client.send(pattern(50)));
  const int before = both.inner.reads;
  EXPECT_EQ(both.receive(5000).size(), 5000u);
  EXPECT_LE(both.inner.reads - before, 100);  // a read for each header and each body would be 200
}

TEST(TlsStream, EndsWhenTheClientSaysSo) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("last")));
  both.client.close();
  EXPECT_EQ(both.receive(4), text("last"));
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
}

TEST(TlsStream, EndsWhenTheClientClosesWithoutAWord) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("last")));
  both.client.drop();
  EXPECT_EQ(both.receive(4), text("last"));
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
}

TEST(TlsStream, EndsWhenTheClientClosesInTheMiddleOfARecord) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send_raw({23, 3, 3, 0, 50, 1, 2, 3}));
  both.client.drop();
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
}

TEST(TlsStream, FailsAtGarbageAfterTheHandshake) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send_raw(Bytes(100, 23)));
  const Error error = both.read_error();
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_TRUE(error.detail.starts_with("TLS: ")) << error.detail;
}

TEST(TlsStream, FailsAtARecordThatWasTamperedWith) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  Bytes record(5 + 40, 0);
  record[0] = 23, record[1] = 3, record[2] = 3, record[4] = 40;
  ASSERT_TRUE(both.client.send_raw(record));
  EXPECT_EQ(both.read_error().code, ErrorCode::kIo);
}

TEST(TlsStream, SaysThatItFinishesOnlyWhenTold) {
  Connected told;
  ASSERT_TRUE(told.handshake());
  told.server.finish();
  told.inner.socket.close();
  EXPECT_TRUE(told.client.told_of_the_end());

  Connected untold;
  ASSERT_TRUE(untold.handshake());
  untold.inner.socket.close();
  EXPECT_FALSE(untold.client.told_of_the_end());
}

TEST(TlsStream, WritesNothingWhenItIsDestroyed) {
  ListeningSocket listening;
  TlsClient client(listening.port());
  Inner inner(listening.accept());
  auto shaken = std::async(std::launch::async, [&] { return client.handshake(); });
  int writes = 0;
  {
    TlsStream server(inner, certificate());
    ASSERT_TRUE(server.handshake());
    ASSERT_TRUE(shaken.get());
    writes = inner.writes;
  }
  EXPECT_EQ(inner.writes, writes);
}

TEST(TlsStream, PassesOnThatAReadWasCancelled) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  std::promise<void> reading;
  both.inner.on_read = [&] { reading.set_value(); };
  auto error = std::async(std::launch::async, [&] { return both.read_error(); });
  reading.get_future().wait_for(kPatience);
  both.inner.socket.cancel();
  EXPECT_EQ(error.get().code, ErrorCode::kCancelled);
}

TEST(TlsStream, WritesAndReadsAfterAReadThatFailed) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  both.inner.read_error = {ErrorCode::kTimedOut, "interrupted"};
  for (int i = 0; i < 3; ++i) {
    const Error error = both.read_error();
    EXPECT_EQ(error.code, ErrorCode::kTimedOut);
    EXPECT_EQ(error.detail, "interrupted");
    ASSERT_TRUE(both.server.write(text("goodbye")));
    EXPECT_EQ(both.client.receive(7), text("goodbye"));
  }
  both.inner.read_error.reset();
  ASSERT_TRUE(both.client.send(text("still here")));
  EXPECT_EQ(both.receive(10), text("still here"));
}

TEST(TlsStream, WritesAfterAReadThatFailedInTheMiddleOfARecord) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send_raw({23, 3, 3, 0, 50, 1, 2, 3}));
  both.inner.socket.set_deadline(GioStream::Clock::now() + std::chrono::seconds(1));
  const int before = both.inner.reads;
  EXPECT_EQ(both.read_error().code, ErrorCode::kTimedOut);
  EXPECT_EQ(both.inner.reads - before, 2);  // it is not asked again once it has failed
  both.inner.socket.set_idle_timeout(kPatience);
  ASSERT_TRUE(both.server.write(text("goodbye")));
  EXPECT_EQ(both.client.receive(7), text("goodbye"));
}

TEST(TlsStream, WritesAfterTheClientHasEndedItsSide) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  both.inner.read_error = {ErrorCode::kEndOfStream, "closed"};
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
  ASSERT_TRUE(both.server.write(text("goodbye")));
  EXPECT_EQ(both.client.receive(7), text("goodbye"));
}

TEST(TlsStream, WritesNothingAfterAWriteThatFailed) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const int before = both.inner.writes;
  both.inner.write_error = {ErrorCode::kReset, "as inner says"};
  EXPECT_EQ(both.server.write(text("lost")).error().detail, "as inner says");
  both.inner.write_error.reset();
  const auto again = both.server.write(text("lost, too"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kReset);
  both.server.finish();
  EXPECT_EQ(both.inner.writes, before + 1);
}

}  // namespace
}  // namespace rtmp::test
