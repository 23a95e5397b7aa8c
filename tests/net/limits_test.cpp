// SPDX-License-Identifier: LGPL-2.1-or-later
// How many connections there may be, and how the server takes its leave of those that there are.
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <list>
#include <thread>

#include "notes.h"
#include "null_logger.h"
#include "rtmp/limits.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kConnected = "NetConnection.Connect.Success";

class ConnectionsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.start()); }

  LogLines log_;
  std::list<Notes> notes_;
  Server server_{{.host = "127.0.0.1", .port = 0}, log_};
};

TEST_F(ConnectionsTest, OfOneAddressAreLimitedAndTheNewestGoes) {
  std::list<TcpPublisher> publishers;
  for (std::size_t i = 0; i < limits::kMaxConnectionsPerAddress; ++i) {
    const std::string key = "key" + std::to_string(i);
    ASSERT_TRUE(server_.claim({.stream_key = key}, notes_.emplace_back()));
    ASSERT_EQ(publishers.emplace_back(server_.port()).publish("live", key), kStart) << i;
  }
  TcpPublisher newest(server_.port());
  EXPECT_NE(newest.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(log_.with("closed at once: too many connections from there", 1).size(), 1u);
  EXPECT_EQ(TcpPublisher(server_.port(), "127.0.0.1", "127.0.0.2").connect({"live"}), kConnected);

  const auto sent = made_up_stream(2);
  for (TcpPublisher& publisher : publishers) ASSERT_TRUE(send_all(publisher, sent));
  for (Notes& notes : notes_) EXPECT_EQ(notes.tags(sent.size()), tags_of(sent));

  // Where one goes there is room again.
  publishers.back().close();
  EXPECT_EQ(notes_.back().ends(1), std::vector{EndReason::kClosed});
  std::string answer;
  for (const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       answer != kConnected && std::chrono::steady_clock::now() < limit;)
    answer = TcpPublisher(server_.port()).connect({"live"});
  EXPECT_EQ(answer, kConnected);
}

TEST_F(ConnectionsTest, ThatDoNotPublishGoOldestFirstOfTheAddressThatHasMost) {
  Notes& notes = notes_.emplace_back();
  ASSERT_TRUE(server_.claim({.stream_key = "key"}, notes));
  TcpPublisher publishing(server_.port());
  ASSERT_EQ(publishing.publish("live", "key"), kStart);
  TcpPublisher other(server_.port(), "127.0.0.1", "127.0.0.2");  // the oldest, but the only one from there
  ASSERT_EQ(other.connect({"live"}), kConnected);
  std::list<TcpPublisher> many;
  for (std::size_t i = 1; i < limits::kMaxUnpublishedConnections; ++i)
    ASSERT_EQ(many.emplace_back(server_.port()).connect({"live"}), kConnected);  // so all have come as far
  TcpPublisher another(server_.port(), "127.0.0.1", "127.0.0.3");
  ASSERT_EQ(another.connect({"live"}), kConnected);

  EXPECT_NE(many.front().wait_for_end(), ErrorCode::kTimedOut);
  many.pop_front();
  EXPECT_EQ(other.publish_key("wrong key"), "NetStream.Publish.Denied");  // it is still heard
  for (TcpPublisher& one : many)
    EXPECT_TRUE(one.send_command("FCPublish", 2, {AmfValue::null(), AmfValue::string("key")}));
  for (TcpPublisher& one : many) EXPECT_EQ(one.next_status(), kStart);
  const auto sent = made_up_stream(2);
  ASSERT_TRUE(send_all(publishing, sent));
  EXPECT_EQ(notes.tags(sent.size()), tags_of(sent));
}

TEST_F(ConnectionsTest, OverIPv4HaveAnIPv4AddressWhereIPv6IsListenedTo) {
  Notes& notes = notes_.emplace_back();
  Server everywhere({.host = "", .port = 0}, null_logger());
  ASSERT_TRUE(everywhere.claim({}, notes));
  ASSERT_TRUE(everywhere.start());
  TcpPublisher publisher(everywhere.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_EQ(notes.requests()[0].peer.host, "127.0.0.1");
  EXPECT_FALSE(notes.requests()[0].peer.secure);
}

class GoodbyeTest : public ConnectionsTest {
 protected:
  /// What a publisher that connects so hears when `end` is called, which it has to survive unread bytes for.
  std::string hears(const TcpPublisher::Connect& with, const std::function<void(Notes&)>& end) {
    Notes& notes = notes_.emplace_back();
    EXPECT_TRUE(server_.claim({}, notes));
    TcpPublisher publisher(server_.port());
    EXPECT_EQ(publisher.connect(with), kConnected);
    EXPECT_EQ(publisher.publish_key("key"), kStart);
    const auto sent = made_up_stream(3);
    EXPECT_TRUE(send_all(publisher, sent));
    EXPECT_EQ(notes.tags(sent.size()).size(), sent.size());
    end(notes);
    EXPECT_EQ(notes.ends(0), std::vector{EndReason::kStopped});
    std::string code = publisher.next_status();
    EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
    return code;
  }
};

TEST_F(GoodbyeTest, OfAServerThatStopsAsksWhoCanToReconnect) {
  EXPECT_EQ(hears({.app = "live", .caps_ex = 1}, [&](Notes&) { server_.stop(); }),
            "NetConnection.Connect.ReconnectRequest");
}

TEST_F(GoodbyeTest, OfAServerThatStopsIsAnErrorToOthers) {
  EXPECT_EQ(hears({.app = "live"}, [&](Notes&) { server_.stop(); }), "NetConnection.Connect.AppShutdown");
}

TEST_F(GoodbyeTest, IsTheSameForAMountThatIsReleased) {
  const auto release = [&](Notes& notes) { server_.release(notes); };
  EXPECT_EQ(hears({.app = "live", .caps_ex = 15}, release), "NetConnection.Connect.ReconnectRequest");
  EXPECT_EQ(hears({.app = "live", .caps_ex = 2}, release), "NetConnection.Connect.AppShutdown");
}

TEST_F(GoodbyeTest, ReachesAPublisherWhoseThreadIsLate) {
  Notes& notes = notes_.emplace_back();
  ASSERT_TRUE(server_.claim({}, notes));
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  notes.at_end.close();
  auto stopped = std::async(std::launch::async, [&] { server_.stop(); });
  ASSERT_TRUE(notes.at_end.holds());
  std::this_thread::sleep_for(std::chrono::milliseconds(150));  // its lateness: longer than it has to close
  notes.at_end.open();
  stopped.get();
  EXPECT_EQ(publisher.next_status(), "NetConnection.Connect.AppShutdown");
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
}

TEST_F(GoodbyeTest, ReachesAPublisherWhoseTagsWaited) {
  Notes& notes = notes_.emplace_back();
  ASSERT_TRUE(server_.claim({}, notes));
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  notes.at_tag.close();
  ASSERT_TRUE(send_all(publisher, made_up_stream(20)));
  ASSERT_TRUE(notes.at_tag.holds());
  auto released = std::async(std::launch::async, [&] { server_.release(notes); });
  // release() marks the mount before it waits: nobody finds it from then on.
  while (TcpPublisher(server_.port()).publish("live", "other") == "NetStream.Publish.BadName") {
  }
  EXPECT_TRUE(notes.ends(0).empty());
  notes.at_tag.open();
  released.get();
  EXPECT_EQ(publisher.next_status(), "NetConnection.Connect.AppShutdown");
  EXPECT_EQ(notes.ends(0), std::vector{EndReason::kStopped});
}

TEST_F(GoodbyeTest, ComesBehindThatOfAPublisherWhoseStreamEndsAtTheSameTime) {
  Notes& notes = notes_.emplace_back();
  ASSERT_TRUE(server_.claim({}, notes));
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  notes.at_end.close();
  ASSERT_TRUE(publisher.unpublish());
  ASSERT_TRUE(notes.at_end.holds());
  auto stopped = std::async(std::launch::async, [&] { server_.stop(); });
  while (TcpPublisher(server_.port()).connected()) {
  }
  notes.at_end.open();
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  publisher.close();
  stopped.get();
  EXPECT_EQ(notes.ends(1), std::vector{EndReason::kUnpublished});
}

TEST_F(GoodbyeTest, IsNotForAPublisherWhoseStreamEndedLongAgo) {
  using Clock = std::chrono::steady_clock;
  Notes& notes = notes_.emplace_back();
  ASSERT_TRUE(server_.claim({}, notes));
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  std::this_thread::sleep_for(std::chrono::milliseconds(5'100));  // its silence
  const auto stops = Clock::now();
  server_.stop();
  EXPECT_LT(Clock::now() - stops, std::chrono::milliseconds(400));
}

}  // namespace
}  // namespace rtmp::test
