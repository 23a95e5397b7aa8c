// SPDX-License-Identifier: LGPL-2.1-or-later
// Mounts that want a user and a password, as encoders see them.
#include "login.h"

#include <gtest/gtest.h>

#include <future>

#include "notes.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";
constexpr const char* kRejected = "NetConnection.Connect.Rejected";
constexpr const char* kConnected = "NetConnection.Connect.Success";
constexpr const char* kFailed = "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed";

const Credentials kAnna{"anna", "secret"};
const Credentials kBen{"ben", "other"};

class LoginTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.start()); }

  std::string adobe(const Credentials& as, const std::string& app = "live") {
    return log_in_adobe(server_.port(), app, as);
  }
  std::string publish(const std::string& app, const std::string& key) {
    return TcpPublisher(server_.port()).publish(app, key);
  }

  Notes notes_;
  Notes others_;
  LogLines log_;
  Server server_{{.host = "127.0.0.1", .port = 0}, log_};
};

TEST_F(LoginTest, LeadsAnEncoderThroughItsThreeConnections) {
  ASSERT_TRUE(server_.claim({.credentials = kAnna}, notes_));
  TcpPublisher first(server_.port());
  EXPECT_EQ(first.connect({"live"}), kRejected);
  EXPECT_EQ(first.description(), "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ");
  EXPECT_EQ(first.wait_for_end(), ErrorCode::kEndOfStream);
  TcpPublisher second(server_.port());
  EXPECT_EQ(second.connect({"live?authmod=adobe&user=anna"}), kRejected);
  EXPECT_TRUE(second.description().starts_with(
      "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=anna&salt="))
      << second.description();
  EXPECT_EQ(second.wait_for_end(), ErrorCode::kEndOfStream);

  TcpPublisher third(server_.port());
  ASSERT_EQ(third.publish(adobe(kAnna), "key"), kStart);
  const auto sent = made_up_stream(3);
  ASSERT_TRUE(send_all(third, sent));
  EXPECT_EQ(notes_.tags(sent.size()), tags_of(sent));
  EXPECT_EQ(notes_.requests()[0].application, "live");
  EXPECT_TRUE(notes_.rejections(0).empty());  // who only begins to log in has done nothing wrong
  third.close();
  EXPECT_EQ(log_.with(" closed: ", 3).size(), 3u);
  EXPECT_EQ(log_.warnings(), std::vector<std::string>{});
}

TEST_F(LoginTest, TakesLimelightsWay) {
  ASSERT_TRUE(server_.claim({.credentials = kAnna}, notes_));
  EXPECT_EQ(publish(log_in_limelight(server_.port(), "live", kAnna), "key"), kStart);
  EXPECT_EQ(publish(log_in_limelight(server_.port(), "live", {"anna", "wrong"}), "key"), kRejected);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kCredentials});
}

TEST_F(LoginTest, RefusesAWrongPasswordAndTellsTheMount) {
  ASSERT_TRUE(server_.claim({.credentials = kAnna}, notes_));
  TcpPublisher wrong(server_.port());
  EXPECT_EQ(wrong.connect({adobe({"anna", "guess"})}), kRejected);
  EXPECT_EQ(wrong.description(), kFailed);
  EXPECT_EQ(wrong.wait_for_end(), ErrorCode::kEndOfStream);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kCredentials});
  EXPECT_EQ(notes_.rejected_requests()[0].peer.host, "127.0.0.1");
  EXPECT_EQ(publish(adobe({"nobody", "secret"}), "key"), kRejected);
  EXPECT_EQ(publish(adobe(kAnna), "key"), kStart);
}

TEST_F(LoginTest, TakesAnAnswerOnce) {
  ASSERT_TRUE(server_.claim({.credentials = kAnna}, notes_));
  const std::string answer = adobe(kAnna);
  ASSERT_EQ(TcpPublisher(server_.port()).connect({answer}), kConnected);
  TcpPublisher replay(server_.port());
  EXPECT_EQ(replay.connect({answer}), kRejected);
  EXPECT_EQ(replay.description(), kFailed);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kCredentials});
}

TEST_F(LoginTest, TheLoginOfOneMountIsNoneForAnother) {
  ASSERT_TRUE(server_.claim({.stream_key = "annas", .credentials = kAnna}, notes_));
  ASSERT_TRUE(server_.claim({.stream_key = "bens", .credentials = kBen}, others_));
  EXPECT_EQ(publish(adobe(kBen), "annas"), kDenied);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kCredentials});
  EXPECT_EQ(notes_.rejected_requests()[0].stream_key, "annas");
  EXPECT_TRUE(others_.rejections(0).empty());
  EXPECT_EQ(publish(adobe(kAnna), "annas"), kStart);
  EXPECT_EQ(publish(adobe(kBen), "bens"), kStart);
}

TEST_F(LoginTest, AnOpenMountOnTheSameApplicationNeedsNone) {
  ASSERT_TRUE(server_.claim({.stream_key = "annas", .credentials = kAnna}, notes_));
  ASSERT_TRUE(server_.claim({.stream_key = "open"}, others_));
  EXPECT_EQ(publish("live", "open"), kStart);
  EXPECT_EQ(publish("live", "annas"), kDenied);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kCredentials});
  EXPECT_TRUE(notes_.requests().empty());
  // Who asks to log in without having been told to, as rtmp2sink may, is let.
  EXPECT_EQ(publish(log_in_limelight(server_.port(), "live", kAnna), "annas"), kStart);
}

TEST_F(LoginTest, AMountWhoseStreamHasEndedLetsNobodyPastTheLogin) {
  others_.takes_another = false;
  ASSERT_TRUE(server_.claim({.stream_key = "open"}, others_));
  ASSERT_TRUE(server_.claim({.stream_key = "annas", .credentials = kAnna}, notes_));
  {
    TcpPublisher only(server_.port());
    ASSERT_EQ(only.publish("live", "open"), kStart);
    ASSERT_TRUE(only.unpublish());
    ASSERT_EQ(only.next_status(), "NetStream.Unpublish.Success");
  }
  EXPECT_EQ(publish(adobe(kAnna), "annas"), kStart);
  server_.release(notes_);
  EXPECT_EQ(publish("live", "open"), "NetStream.Publish.BadName");  // and not that there is nobody
}

TEST_F(LoginTest, WhoComesToAStreamThatHasEndedLogsInAllTheSame) {
  notes_.takes_another = false;
  ASSERT_TRUE(server_.claim({.credentials = kAnna}, notes_));
  {
    TcpPublisher only(server_.port());
    ASSERT_EQ(only.publish(adobe(kAnna), "key"), kStart);
    ASSERT_TRUE(only.unpublish());
    ASSERT_EQ(only.next_status(), "NetStream.Unpublish.Success");
  }
  EXPECT_EQ(publish("live", "key"), kRejected);
  EXPECT_EQ(publish(adobe(kAnna), "key"), "NetStream.Publish.BadName");
}

TEST_F(LoginTest, AMountThatIsBeingReleasedLetsNobodyIn) {
  ASSERT_TRUE(server_.claim({}, others_));
  TcpPublisher publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  others_.at_tag.close();
  ASSERT_TRUE(send_all(publisher, made_up_stream(1)));
  ASSERT_TRUE(others_.at_tag.holds());
  auto released = std::async(std::launch::async, [&] { server_.release(others_); });
  std::string answer;
  do {  // until release() has begun
    answer = TcpPublisher(server_.port()).connect({"live"});
  } while (answer == kConnected);
  EXPECT_EQ(answer, "NetConnection.Connect.InvalidApp");
  others_.at_tag.open();
}

TEST_F(LoginTest, AnotherApplicationIsNotAskedFor) {
  ASSERT_TRUE(server_.claim({.application = "live", .credentials = kAnna}, notes_));
  ASSERT_TRUE(server_.claim({.application = "open"}, others_));
  EXPECT_EQ(publish("open", "key"), kStart);
  EXPECT_EQ(publish("live", "key"), kRejected);
  EXPECT_EQ(publish("third", "key"), "NetConnection.Connect.InvalidApp");
}

TEST_F(LoginTest, TheCredentialsOfAnotherApplicationAreWrong) {
  ASSERT_TRUE(server_.claim({.application = "a", .credentials = kAnna}, notes_));
  ASSERT_TRUE(server_.claim({.application = "b", .credentials = kBen}, others_));
  EXPECT_EQ(publish(adobe(kBen, "a"), "key"), kRejected);
  EXPECT_EQ(publish(adobe(kBen, "b"), "key"), kStart);
}

}  // namespace
}  // namespace rtmp::test
