// SPDX-License-Identifier: LGPL-2.1-or-later
// The server over real sockets, with delegates that only take notes.
#include "rtmp/server.h"

#include <gtest/gtest.h>

#include <list>
#include <optional>
#include <thread>

#include "eventually.h"
#include "media_fixture.h"
#include "notes.h"
#include "null_logger.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

ServerConfig config() { return {.host = "127.0.0.1", .port = 0}; }

TEST(Server, RoutesEachPublisherToItsMountOnOnePort) {
  Notes camera1;
  Notes camera2;
  Notes rest;
  Server server(config(), null_logger());
  ASSERT_TRUE(
      server.claim({}, rest));  // first: a mount with a key goes before one without, whatever the order
  ASSERT_TRUE(server.claim({.stream_key = "cam1"}, camera1));
  ASSERT_TRUE(server.claim({.stream_key = "cam2"}, camera2));
  ASSERT_TRUE(server.start());

  TcpPublisher one(server.port());
  TcpPublisher two(server.port());
  TcpPublisher other(server.port());
  ASSERT_EQ(one.publish("live", "cam1"), kStart);
  ASSERT_EQ(two.publish("live", "cam2?token=x"), kStart);
  ASSERT_EQ(other.publish("app", "elsewhere"), kStart);
  const auto sent = made_up_stream(10);
  ASSERT_TRUE(send_all(two, sent));
  EXPECT_EQ(camera2.tags(sent.size()), tags_of(sent));
  ASSERT_TRUE(two.unpublish());
  one.close();
  other.close();
  EXPECT_EQ(camera2.ends(1), std::vector{EndReason::kUnpublished});
  EXPECT_EQ(camera1.ends(1), std::vector{EndReason::kClosed});
  EXPECT_EQ(rest.ends(1), std::vector{EndReason::kClosed});
  EXPECT_TRUE(camera1.tags(0).empty());
  EXPECT_EQ(camera2.requests()[0].query, "token=x");
  EXPECT_TRUE(camera2.requests()[0].peer.host == "127.0.0.1");
}

// Balancers ask each few seconds, by HTTP or by connecting and closing.
TEST(Server, IsAskedWhetherItIsThereWithoutAWarning) {
  LogLines log;
  Server server(config(), log);
  ASSERT_TRUE(server.start());
  const std::string request = "GET /health HTTP/1.1\r\n\r\n";
  TcpPublisher probe(server.port());
  ASSERT_TRUE(probe.send_raw({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()}));
  probe.wait_for_end();
  TcpPublisher(server.port()).close();
  EXPECT_EQ(log.with(" closed: ", 2).size(), 2u);
  EXPECT_EQ(log.with("HTTP", 0).size(), 1u);
  EXPECT_EQ(log.warnings(), std::vector<std::string>{});
}

TEST(Server, AMountTakesTheNextPublisherWhenOneHasEnded) {
  Notes notes;
  Server server(config(), null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  for (std::size_t i = 1; i <= 5; ++i) {
    TcpPublisher publisher(server.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    publisher.close();
    ASSERT_EQ(notes.ends(i).size(), i);
  }
}

TEST(Server, ReleasingAClaimEndsItsPublisherAndNoOther) {
  Notes kept;
  Notes released;
  Server server(config(), null_logger());
  ASSERT_TRUE(server.claim({.stream_key = "kept"}, kept));
  ASSERT_TRUE(server.claim({.stream_key = "released"}, released));
  ASSERT_TRUE(server.start());
  TcpPublisher stays(server.port());
  TcpPublisher goes(server.port());
  ASSERT_EQ(stays.publish("live", "kept"), kStart);
  ASSERT_EQ(goes.publish("live", "released"), kStart);

  server.release(released);
  EXPECT_EQ(released.ends(0), std::vector{EndReason::kStopped});  // told before release() returned
  EXPECT_NE(goes.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(TcpPublisher(server.port()).publish("live", "released"), "NetStream.Publish.Denied");
  const auto sent = made_up_stream(5);
  ASSERT_TRUE(send_all(stays, sent));
  EXPECT_EQ(kept.tags(sent.size()), tags_of(sent));
}

TEST(Server, StoppingTellsEachPublishersMount) {
  Notes notes;
  Server server(config(), null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher(server.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  server.stop();
  EXPECT_EQ(notes.ends(0), std::vector{EndReason::kStopped});
  EXPECT_NE(publisher.wait_for_end(), ErrorCode::kTimedOut);
}

TEST(Server, EndsAPublisherThatSendsNothingForItsMountsTimeout) {
  Notes notes;
  Server server(config(), null_logger());
  ASSERT_TRUE(server.claim({.timeout = std::chrono::seconds(1)}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher(server.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_EQ(notes.ends(1), std::vector{EndReason::kTimedOut});
  EXPECT_NE(publisher.wait_for_end(), ErrorCode::kTimedOut);
}

TEST(Server, KnowsAResetFromAClose) {
  Notes notes;
  Server server(config(), null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher(server.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  publisher.reset();
  EXPECT_EQ(notes.ends(1), std::vector{EndReason::kReset});
}

TEST(Server, ClosesWhoDoesNotFinishTheHandshakeInTime) {
  ServerConfig impatient = config();
  impatient.handshake_deadline = std::chrono::seconds(1);
  Server server(impatient, null_logger());
  ASSERT_TRUE(server.start());
  TcpPublisher silent(server.port());
  TcpPublisher half(server.port());
  ASSERT_TRUE(half.send_raw(std::vector<std::uint8_t>(700, 3)));
  EXPECT_NE(silent.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_NE(half.wait_for_end(), ErrorCode::kTimedOut);
}

TEST(Server, ClosesWhoConnectsAndDoesNotPublishInTime) {
  ServerConfig impatient = config();
  impatient.publish_deadline = std::chrono::seconds(1);
  Notes notes;
  Server server(impatient, null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher(server.port());
  ASSERT_TRUE(publisher.handshake());
  ASSERT_TRUE(publisher.send_command("connect", 1, {AmfValue::object({{"app", AmfValue::string("live")}})}));
  EXPECT_EQ(publisher.next_status(), "NetConnection.Connect.Success");
  EXPECT_NE(publisher.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_TRUE(notes.requests().empty());
}

TEST(Server, ClosesTheOldestOfTooManyThatDoNotPublish) {
  Notes notes;
  ServerConfig patient = config();
  patient.handshake_deadline = std::chrono::minutes(1);  // longer than the client waits for its end
  Server server(patient, null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publishing(server.port());
  ASSERT_EQ(publishing.publish("live", "key"), kStart);
  TcpPublisher oldest(server.port());
  ASSERT_TRUE(oldest.connected());
  std::list<TcpPublisher> others;
  for (std::size_t i = 0; i < limits::kMaxUnpublishedConnections; ++i)
    ASSERT_TRUE(others.emplace_back(server.port()).connected());
  EXPECT_NE(oldest.wait_for_end(), ErrorCode::kTimedOut);
  const auto sent = made_up_stream(5);
  ASSERT_TRUE(send_all(publishing, sent));
  EXPECT_EQ(notes.tags(sent.size()), tags_of(sent));
}

TEST(Server, AStreamThatIsFinishedTakesNobodyAnyMore) {
  Notes notes;  // would take another
  Notes next;
  Server server(config(), null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher(server.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  server.finish(notes);
  EXPECT_EQ(publisher.next_status(), "NetConnection.Connect.AppShutdown");
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
  EXPECT_EQ(notes.ends(1), std::vector{EndReason::kStopped});
  EXPECT_EQ(TcpPublisher(server.port()).publish("live", "key"), "NetStream.Publish.BadName");
  EXPECT_EQ(notes.rejections(1), std::vector{Rejection::kBusy});
  ASSERT_TRUE(server.claim({}, next));  // in its place
  EXPECT_EQ(TcpPublisher(server.port()).publish("live", "key"), kStart);
}

/// A publisher that has said that it ends its stream, of which the delegate is just being told.
class EndingPublisher : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.claim({}, notes_));
    ASSERT_TRUE(server_.start());
    publisher_.emplace(server_.port());
    ASSERT_EQ(publisher_->publish("live", "key"), kStart);
    notes_.at_end.close();
    ASSERT_TRUE(publisher_->unpublish());
    ASSERT_TRUE(notes_.at_end.holds());
  }

  Notes notes_;
  Server server_{config(), null_logger()};
  std::optional<TcpPublisher> publisher_;
};

TEST_F(EndingPublisher, IsNotCutShortByAStreamThatIsFinished) {
  server_.finish(notes_);
  notes_.at_end.open();
  EXPECT_EQ(publisher_->next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(publisher_->publish_key("key"), "NetStream.Publish.BadName");  // still served
}

TEST_F(EndingPublisher, IsNotCutShortByARelease) {
  std::thread releasing([&] { server_.release(notes_); });
  const auto released = [&] {
    TcpPublisher newcomer(server_.port());
    return newcomer.connect({.app = "live"}) != "NetConnection.Connect.Success";
  };
  EXPECT_TRUE(eventually(released));
  notes_.at_end.open();
  releasing.join();
  EXPECT_EQ(publisher_->next_status(), "NetStream.Unpublish.Success");
  EXPECT_NE(publisher_->publish_key("key"), "") << publisher_->failure();  // it is refused, and not cut off
}

TEST(Server, SaysThatAnAddressIsInUse) {
  Server first(config(), null_logger());
  ASSERT_TRUE(first.start());
  ServerConfig same = config();
  same.port = first.port();
  Server second(same, null_logger());
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kAddressInUse);
  EXPECT_NE(started.error().detail.find("127.0.0.1:" + std::to_string(first.port())), std::string::npos);
}

TEST(Server, ListensAgainOnAPortThatHadConnections) {
  auto first = std::make_unique<Server>(config(), null_logger());
  ASSERT_TRUE(first->start());
  ServerConfig same = config();
  same.port = first->port();
  TcpPublisher connected(same.port);
  ASSERT_TRUE(connected.handshake());
  first.reset();
  Server second(same, null_logger());
  EXPECT_TRUE(second.start());
}

}  // namespace
}  // namespace rtmp::test
