// SPDX-License-Identifier: LGPL-2.1-or-later
// Servers that take nobody new, and publishers that are asked to go to another.
#include <gtest/gtest.h>

#include <array>
#include <future>
#include <list>

#include "eventually.h"
#include "notes.h"
#include "null_logger.h"
#include "rtmp/limits.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Clock = std::chrono::steady_clock;

// Metadata, and the configurations of video and audio.
constexpr std::ptrdiff_t kHeaders = 3;
constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kShutdown = "NetConnection.Connect.AppShutdown";
constexpr const char* kReconnect = "NetConnection.Connect.ReconnectRequest";
constexpr const char* kUnpublished = "NetStream.Unpublish.Success";
const std::vector<AmfValue::Property> kReconnects{{"capsEx", AmfValue::number(1)}};

class DrainingTest : public testing::Test {
 protected:
  void start(MountSpec spec = {}) {
    ASSERT_TRUE(server_.claim(std::move(spec), notes_));
    ASSERT_TRUE(server_.start());
  }
  [[nodiscard]] bool is_open() const { return TcpPublisher(server_.port()).connected(); }

  Notes notes_;
  Notes other_;
  LogLines log_;
  Server server_{{.host = "127.0.0.1", .port = 0}, log_};
};

TEST_F(DrainingTest, WhoIsInPlaceGoesOnAndNobodyElseComesIn) {
  start({.takeover = Takeover::kReplace});
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  server_.set_accepting(notes_, Accepting::kNo);
  // One that connects again is new, too.
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key"), kShutdown);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "other"), kShutdown);
  EXPECT_EQ(notes_.rejections(2), (std::vector{Rejection::kDraining, Rejection::kDraining}));
  const auto sent = made_up_stream(20);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_TRUE(notes_.tags(sent.size()) == tags_of(sent));
  EXPECT_TRUE(notes_.ends(0).empty());
  EXPECT_EQ(notes_.requests().size(), 1u);
  server_.set_accepting(notes_, Accepting::kYes);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key"), kStart);
}

TEST_F(DrainingTest, WhoHasNoRightToPublishIsNotToldOfIt) {
  start({.stream_key = "key", .accepting = Accepting::kNo});
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "guess"), "NetStream.Publish.Denied");
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key"), kShutdown);
}

TEST_F(DrainingTest, WhoWaitsForAPlaceIsToldAtOnce) {
  start();
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(1)));
  TcpPublisher waits(server_.port());
  ASSERT_EQ(waits.connect({"live"}), "NetConnection.Connect.Success");
  std::promise<void> asked;
  notes_.allow = [&](const PublishRequest&) { return asked.set_value(), true; };
  ASSERT_TRUE(waits.ask_to_publish("key"));
  asked.get_future().wait();
  server_.set_accepting(notes_, Accepting::kNo);
  EXPECT_EQ(waits.next_status(), kShutdown);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kDraining});
  EXPECT_TRUE(notes_.ends(0).empty());
}

TEST_F(DrainingTest, ThePortMayCloseMeanwhile) {
  start();
  const std::uint16_t port = server_.port();
  TcpPublisher publisher(port);
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(20);
  std::size_t tags = 0;
  for (int i = 0; i < 3; ++i) {
    server_.set_accepting(notes_, Accepting::kClosed);
    EXPECT_TRUE(eventually([&] { return !is_open(); }));
    ASSERT_TRUE(send_all(publisher, sent));
    tags += sent.size();
    EXPECT_EQ(notes_.tags(tags).size(), tags);
    server_.set_accepting(notes_, Accepting::kYes);
    EXPECT_TRUE(eventually([&] { return is_open(); }));
  }
  EXPECT_EQ(server_.port(), port);
  publisher.close();
  EXPECT_EQ(notes_.ends(1).size(), 1u);
  EXPECT_EQ(TcpPublisher(port).publish("live", "key"), kStart);
}

TEST_F(DrainingTest, APortThatIsTakenMeanwhileOpensWhenItIsFree) {
  start({.accepting = Accepting::kClosed});
  EXPECT_TRUE(eventually([&] { return !is_open(); }));
  {
    Server thief({.host = "127.0.0.1", .port = server_.port()}, null_logger());
    ASSERT_TRUE(thief.start());
    server_.set_accepting(notes_, Accepting::kYes);
    EXPECT_EQ(log_.with("cannot listen again", 1).size(), 1u);
  }
  EXPECT_TRUE(eventually([&] { return TcpPublisher(server_.port()).publish("live", "key") == kStart; }));
}

TEST_F(DrainingTest, APortStaysOpenForAnotherMount) {
  start({.stream_key = "one"});
  ASSERT_TRUE(server_.claim({.stream_key = "two"}, other_));
  server_.set_accepting(notes_, Accepting::kClosed);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "one"), kShutdown);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "two"), kStart);
  server_.set_accepting(other_, Accepting::kClosed);
  EXPECT_TRUE(eventually([&] { return !is_open(); }));
  server_.release(notes_);
  server_.release(other_);  // a port without a mount is open, as at first
  EXPECT_TRUE(eventually([&] { return is_open(); }));
}

TEST_F(DrainingTest, OneThatUnderstandsTheRequestGoesOnUntilItHasLeft) {
  start();
  EXPECT_FALSE(server_.request_reconnect(notes_, ""));
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key", kReconnects), kStart);
  EXPECT_TRUE(server_.request_reconnect(notes_, ""));
  const auto sent = made_up_stream(90);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(publisher.next_status(), kReconnect);
  EXPECT_EQ(publisher.information("tcUrl"), "");
  EXPECT_TRUE(notes_.tags(sent.size()) == tags_of(sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), kUnpublished);
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kUnpublished});
}

TEST_F(DrainingTest, OneThatUnderstandsItAndStaysIsClosedAndSoIsOneThatIsSilent) {
  start({.stream_key = "stays"});
  ASSERT_TRUE(server_.claim({.stream_key = "silent"}, other_));
  TcpPublisher stays(server_.port());
  ASSERT_EQ(stays.publish("live", "stays", kReconnects), kStart);
  TcpPublisher silent(server_.port());
  ASSERT_EQ(silent.publish("live", "silent"), kStart);
  for (TcpPublisher* publisher : {&stays, &silent}) publisher->give(2 * limits::kReconnectTime);
  const auto began = Clock::now();
  EXPECT_TRUE(server_.request_reconnect(notes_, "rtmp://example.org/live"));
  EXPECT_TRUE(server_.request_reconnect(other_, "rtmp://example.org/live"));
  ASSERT_TRUE(send_all(stays, made_up_stream(1)));
  // Once at once, and once as a goodbye, which names the same place.
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(stays.next_status(), kReconnect);
    EXPECT_EQ(stays.information("tcUrl"), "rtmp://example.org/live");
  }
  EXPECT_GE(Clock::now() - began, limits::kReconnectTime);
  EXPECT_EQ(silent.next_status(), kShutdown);
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kDisconnected});
  EXPECT_EQ(other_.ends(1), std::vector{EndReason::kDisconnected});
}

TEST_F(DrainingTest, OneThatDoesNotUnderstandItIsClosedAtAKeyFrame) {
  start();
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(90);
  constexpr std::ptrdiff_t kBefore = kHeaders + 2 * 40;
  ASSERT_TRUE(send_all(publisher, {sent.begin(), sent.begin() + kBefore}));
  EXPECT_EQ(notes_.tags(kBefore).size(), std::size_t{kBefore});
  EXPECT_TRUE(server_.request_reconnect(notes_, ""));
  (void)send_all(publisher, {sent.begin() + kBefore, sent.end()});
  EXPECT_EQ(publisher.next_status(), kShutdown);
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kDisconnected});
  const std::vector<Sent> whole(sent.begin(), sent.begin() + kHeaders + 2 * 60);
  EXPECT_TRUE(notes_.tags(0) == tags_of(whole));
}

TEST_F(DrainingTest, OneWithoutVideoIsClosedAtAnyFrame) {
  start();
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  std::vector<Sent> audio;
  for (const Sent& message : made_up_stream(30))
    if (message.type == MessageType::kAudio) audio.push_back(message);
  ASSERT_TRUE(send_all(publisher, audio));
  EXPECT_EQ(notes_.tags(audio.size()).size(), audio.size());
  EXPECT_TRUE(server_.request_reconnect(notes_, ""));
  (void)send_all(publisher, audio);
  EXPECT_EQ(publisher.next_status(), kShutdown);
  // The first message behind the request is still taken, since it carries the request on.
  EXPECT_LE(notes_.tags(0).size(), audio.size() + 1);
}

// Four cameras publish a frame after the other. In the middle, their server asks them to go to another.
TEST(Handover, ToASecondServerLosesNoFrameOfAnEncoderThatConnectsAtOnce) {
  constexpr std::size_t kCameras = 4;
  constexpr std::size_t kAsked = 40;  // the number of the frame before the request
  std::array<Notes, kCameras> at_first;
  std::array<Notes, kCameras> at_second;
  Server first({.host = "127.0.0.1", .port = 0}, null_logger());
  Server second({.host = "127.0.0.1", .port = 0}, null_logger());
  ASSERT_TRUE(first.start());
  ASSERT_TRUE(second.start());
  std::list<TcpPublisher> cameras;
  const auto sent = made_up_stream(90);
  const auto frames = [&](std::size_t from, std::size_t to) {
    return std::vector<Sent>(sent.begin() + kHeaders + 2 * static_cast<std::ptrdiff_t>(from),
                             sent.begin() + kHeaders + 2 * static_cast<std::ptrdiff_t>(to));
  };
  const auto with_headers = [&](std::size_t from, std::size_t to) {
    auto some = frames(from, to);
    some.insert(some.begin(), sent.begin(), sent.begin() + kHeaders);
    return some;
  };
  const auto key = [](std::size_t i) { return "cam" + std::to_string(i); };
  const std::string there = "rtmp://127.0.0.1:" + std::to_string(second.port()) + "/live";

  for (std::size_t i = 0; i < kCameras; ++i) {
    ASSERT_TRUE(first.claim({.stream_key = key(i)}, at_first[i]));
    ASSERT_TRUE(second.claim({.stream_key = key(i)}, at_second[i]));
    const bool understands = i % 2 == 0;
    TcpPublisher& camera = cameras.emplace_back(first.port());
    ASSERT_EQ(camera.publish("live", key(i), understands ? kReconnects : decltype(kReconnects)()), kStart);
    const auto begun = with_headers(0, kAsked);
    ASSERT_TRUE(send_all(camera, begun));
    EXPECT_EQ(at_first[i].tags(begun.size()).size(), begun.size());
  }
  for (std::size_t i = 0; i < kCameras; ++i) {
    first.set_accepting(at_first[i], Accepting::kNo);
    EXPECT_TRUE(first.request_reconnect(at_first[i], there));
  }
  std::size_t i = 0;
  for (TcpPublisher& camera : cameras) {
    const bool understands = i % 2 == 0;
    const std::size_t next = understands ? kAsked + 1 : 60;  // the first frame for the second server
    ASSERT_TRUE(send_all(camera, frames(kAsked, next)));
    if (understands) {
      EXPECT_EQ(camera.next_status(), kReconnect);
      EXPECT_EQ(camera.information("tcUrl"), there);
    } else {
      (void)send_all(camera, frames(60, 61));  // a key frame, which it has to send again
      EXPECT_EQ(camera.next_status(), kShutdown);
      EXPECT_EQ(TcpPublisher(first.port()).publish("live", key(i)), kShutdown);
    }
    TcpPublisher again(second.port());
    ASSERT_EQ(again.publish("live", key(i)), kStart);
    const auto rest = with_headers(next, 90);
    ASSERT_TRUE(send_all(again, rest));
    if (understands) {
      ASSERT_TRUE(camera.unpublish());
      EXPECT_EQ(camera.next_status(), kUnpublished);
    }
    EXPECT_EQ(at_first[i].ends(1),
              std::vector{understands ? EndReason::kUnpublished : EndReason::kDisconnected});
    EXPECT_TRUE(at_first[i].tags(0) == tags_of(with_headers(0, next)));
    EXPECT_TRUE(at_second[i].tags(rest.size()) == tags_of(rest));
    ++i;
  }
  first.stop();
  second.stop();
}

}  // namespace
}  // namespace rtmp::test
