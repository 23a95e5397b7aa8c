// SPDX-License-Identifier: LGPL-2.1-or-later
// What a publisher may send, and where it may come from.
#include <gtest/gtest.h>

#include <algorithm>

#include "limit_watch.h"
#include "notes.h"
#include "tcp_publisher.h"
#include "wire.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = LimitWatch::Clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kRejected = "NetStream.Publish.Rejected";
constexpr const char* kDenied = "NetStream.Publish.Denied";

// H.264 of 320x240, as FFmpeg sends its configuration.
const Bytes kConfiguration = wire(
    "17 00 000000 01 64000D FF E1 0019 67 64000DACD94141FB011000000300100000030320F14299 60 01 0004 68EFBCB0 "
    "FDF8F800");

class PublisherLimitsTest : public testing::Test {
 protected:
  void start(MountSpec spec) {
    ASSERT_TRUE(server_.claim(std::move(spec), notes_));
    ASSERT_TRUE(server_.start());
  }
  Result<void> send_video(TcpPublisher& publisher, const Bytes& body) {
    return publisher.send_media(MessageType::kVideo, 0, body);
  }

  Notes notes_;
  LogLines log_;
  Server server_{{.host = "127.0.0.1", .port = 0}, log_};
};

TEST_F(PublisherLimitsTest, PicturesThatAreTooLargeEndThePublisherWhichIsToldWhy) {
  start({.limits = {.max_picture_width = 300}});
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_video(publisher, kConfiguration));
  (void)send_video(publisher, wire("17 01 000000 0000"));
  EXPECT_EQ(publisher.next_status(), kRejected);
  EXPECT_EQ(publisher.description(), "Not taken here: pictures of 320x240");
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kOverLimit});
  EXPECT_TRUE(notes_.tags(0).empty());
  EXPECT_EQ(log_.with("closed: pictures of 320x240", 1).size(), 1u);
}

TEST_F(PublisherLimitsTest, PicturesOfTheGreatestSizeAreTaken) {
  start({.limits = {.max_bitrate = 1'000'000, .max_picture_width = 320, .max_picture_height = 240}});
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_video(publisher, kConfiguration));
  EXPECT_EQ(notes_.tags(1).size(), 1u);
  EXPECT_TRUE(notes_.ends(0).empty());
}

TEST_F(PublisherLimitsTest, EitherSideCounts) {
  start({.limits = {.max_picture_height = 239}});
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_video(publisher, kConfiguration));
  EXPECT_EQ(publisher.next_status(), kRejected);
}

TEST_F(PublisherLimitsTest, TooManyBitsEndThePublisherWhichIsToldWhy) {
  start({.limits = {.max_bitrate = 80'000}});
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  // Ten seconds of 80 kbit/s are 100 kB.
  const auto within = made_up_stream(70, 1000);
  ASSERT_TRUE(send_all(publisher, within));
  EXPECT_EQ(notes_.tags(within.size()).size(), within.size());
  EXPECT_TRUE(notes_.ends(0).empty());
  (void)send_all(publisher, made_up_stream(70, 1000, 10'000));
  EXPECT_EQ(publisher.next_status(), kRejected);
  EXPECT_EQ(publisher.description(), "Not taken here: more than 80000 bits per second");
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kOverLimit});
  // It may come back, and begins anew.
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key"), kStart);
}

TEST_F(PublisherLimitsTest, APublisherFromAnotherNetworkIsClosedAtOnce) {
  start({.door = {.allowed = *Networks::parse("127.0.0.8/30")}});
  EXPECT_NE(TcpPublisher(server_.port(), "127.0.0.1", "127.0.0.2").wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(log_.with("closed at once: the address is in no allowed network", 1).size(), 1u);
  EXPECT_EQ(TcpPublisher(server_.port(), "127.0.0.1", "127.0.0.9").publish("live", "key"), kStart);
  EXPECT_EQ(server_.counters()->refused.get(), 1u);
}

TEST_F(PublisherLimitsTest, EachMountHasNetworksOfItsOwn) {
  Notes other;
  start({.stream_key = "one", .door = {.allowed = *Networks::parse("127.0.0.8/30")}});
  ASSERT_TRUE(
      server_.claim({.stream_key = "two", .door = {.allowed = *Networks::parse("127.0.0.2")}}, other));
  EXPECT_EQ(TcpPublisher(server_.port(), "127.0.0.1", "127.0.0.2").publish("live", "one"), kDenied);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kAddress});
  EXPECT_EQ(TcpPublisher(server_.port(), "127.0.0.1", "127.0.0.2").publish("live", "two"), kStart);
  EXPECT_NE(TcpPublisher(server_.port(), "127.0.0.1", "127.0.0.3").wait_for_end(), ErrorCode::kTimedOut);
  server_.release(other);
}

TEST(Proxied, ClientsFromAnotherNetworkAreClosed) {
  Notes notes;
  LogLines log;
  Server server({.host = "127.0.0.1", .port = 0, .proxies = *Networks::parse("127.0.0.9")}, log);
  ASSERT_TRUE(server.claim({.door = {.allowed = *Networks::parse("192.0.2.0/24")}}, notes));
  ASSERT_TRUE(server.start());
  const auto publish = [&](const std::string& client) {
    TcpPublisher publisher(server.port(), "127.0.0.1", "127.0.0.9");
    const std::string header = "PROXY TCP4 " + client + " 192.0.2.200 5000 1935\r\n";
    EXPECT_TRUE(publisher.send_raw(Bytes(header.begin(), header.end())));
    return publisher.publish("live", "key");
  };
  EXPECT_EQ(publish("198.51.100.7"), "");
  EXPECT_EQ(log.with("198.51.100.7:5000 closed: the address is in no allowed network", 1).size(), 1u);
  EXPECT_EQ(publish("192.0.2.7"), kStart);
  server.stop();
}

Tag audio_of(std::size_t size) {
  Block block(size);
  std::ranges::fill(block.body(), std::uint8_t{0xAF});
  return {TagType::kAudio, 0, std::move(block)};
}

TEST(Bitrate, IsAnAverageOverTenSeconds) {
  LimitWatch watch({.max_bitrate = 8'000});  // 1 kB in a second
  Clock::time_point now{1h};
  EXPECT_FALSE(watch.exceeded(audio_of(10'000), now));  // all at once
  EXPECT_TRUE(watch.exceeded(audio_of(10), now));
  LimitWatch steady({.max_bitrate = 8'000});
  for (int i = 0; i < 3600; ++i) EXPECT_FALSE(steady.exceeded(audio_of(1'000), now += 1s));
  EXPECT_FALSE(steady.exceeded(audio_of(9'000), now));
  LimitWatch above({.max_bitrate = 8'000});
  int seconds = 0;
  while (!above.exceeded(audio_of(1'100), now += 1s)) ++seconds;
  EXPECT_GE(seconds, 80);
  EXPECT_LE(seconds, 100);
}

}  // namespace
}  // namespace rtmp::test
