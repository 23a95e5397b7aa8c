// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has to go where connections that do not publish fill the server.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <list>
#include <thread>
#include <vector>

#include "eviction.h"
#include "half_open.h"
#include "network.h"
#include "notes.h"
#include "null_logger.h"
#include "repeated_warnings.h"
#include "rtmp/limits.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kConnected = "NetConnection.Connect.Success";
constexpr auto kRoundTrip = 50ms;

const Clock::time_point kNow{1h};

class WhoGoes : public testing::Test {
 protected:
  void add(const std::string& host, Stage stage, std::chrono::milliseconds age) {
    candidates_.push_back({networks_.emplace_back(network_of(host)), stage, kNow - age});
  }
  std::optional<std::size_t> for_one_from(const std::string& host) {
    const std::string newcomer = network_of(host);
    return choose_evicted(candidates_, newcomer, kNow);
  }

  std::list<std::string> networks_;
  std::vector<EvictionCandidate> candidates_;
};

TEST_F(WhoGoes, IsNobodyWhereThereIsNobody) { EXPECT_EQ(for_one_from("127.0.0.1"), std::nullopt); }

TEST_F(WhoGoes, IsTheOldestOfManyNetworksWithOneEachWhateverTheirText) {
  for (const auto& host : {"127.0.0.9", "127.0.0.1", "127.0.0.5"}) add(host, Stage::kSilent, 5s);
  EXPECT_EQ(for_one_from("127.0.0.2"), 0u);
  candidates_.erase(candidates_.begin());
  EXPECT_EQ(for_one_from("127.0.0.2"), 0u);
}

TEST_F(WhoGoes, IsTheOldestOfManyNetworksOfIPv6) {
  for (const auto& host : {"2001:db8:0:9::1", "2001:db8:0:1::1", "::1"}) add(host, Stage::kSilent, 5s);
  EXPECT_EQ(for_one_from("2001:db8:0:2::1"), 0u);
}

TEST_F(WhoGoes, IsOneOfTheNetworkThatHasMost) {
  add("10.0.0.1", Stage::kSilent, 9s);
  add("2001:db8::1", Stage::kConnecting, 8s);
  add("2001:db8::2", Stage::kConnecting, 7s);
  EXPECT_EQ(for_one_from("10.0.0.2"), 1u);
}

TEST_F(WhoGoes, CountsTheNewcomer) {
  add("10.0.0.2", Stage::kSilent, 9s);
  add("10.0.0.1", Stage::kAsking, 8s);
  EXPECT_EQ(for_one_from("10.0.0.1"), 1u);  // its own first connection, and nobody else's
}

TEST_F(WhoGoes, IsWhoHasComeLeastFar) {
  add("10.0.0.1", Stage::kAsking, 9s);
  add("10.0.0.2", Stage::kConnecting, 8s);
  add("10.0.0.3", Stage::kGreeted, 8s);
  add("10.0.0.4", Stage::kSpeaking, 7s);
  add("10.0.0.5", Stage::kSilent, 6s);
  add("10.0.0.6", Stage::kRefused, 5s);
  for (std::size_t goes = candidates_.size(); goes-- > 0; candidates_.pop_back())
    EXPECT_EQ(for_one_from("10.0.0.7"), goes);
}

TEST_F(WhoGoes, IsNotWhoWaitsForAnAnswer) {
  add("10.0.0.1", Stage::kAsking, 9s);
  add("10.0.0.2", Stage::kSilent, 0ms);
  EXPECT_EQ(for_one_from("10.0.0.3"), 1u);
}

TEST_F(WhoGoes, IsWhoStandsStillBeforeWhoIsOnItsWay) {
  add("10.0.0.1", Stage::kSilent, 0ms);
  add("10.0.0.2", Stage::kConnecting, kOnItsWay);
  EXPECT_EQ(for_one_from("10.0.0.3"), 1u);
  candidates_.pop_back();
  add("10.0.0.2", Stage::kConnecting, kOnItsWay - 1ms);
  EXPECT_EQ(for_one_from("10.0.0.3"), 0u);
}

TEST_F(WhoGoes, IsNotTheNewestThatHasHadNoTimeToSpeak) {
  add("10.0.0.1", Stage::kSpeaking, 20ms);
  add("10.0.0.2", Stage::kSpeaking, 10ms);
  add("10.0.0.3", Stage::kSilent, 0ms);
  EXPECT_EQ(for_one_from("10.0.0.4"), 0u);
  candidates_[2].since = kNow - kFirstByte;
  EXPECT_EQ(for_one_from("10.0.0.4"), 2u);
}

TEST_F(WhoGoes, IsNotAnEncoderThatIsBackWhileItsOldConnectionsClose) {
  add("10.0.0.1", Stage::kSilent, 500ms);
  add("10.0.0.2", Stage::kLeaving, 100ms);
  add("10.0.0.2", Stage::kLeaving, 50ms);
  add("10.0.0.2", Stage::kSpeaking, 10ms);
  EXPECT_EQ(for_one_from("10.0.0.3"), 1u);  // the oldest of its own
  candidates_.erase(candidates_.begin() + 1, candidates_.begin() + 3);
  EXPECT_EQ(for_one_from("10.0.0.3"), 0u);
}

TEST_F(WhoGoes, IsOneThatLeavesWhereThereAreNoOthers) {
  add("10.0.0.1", Stage::kLeaving, 100ms);
  add("10.0.0.2", Stage::kLeaving, 50ms);
  EXPECT_EQ(for_one_from("10.0.0.3"), 0u);
}

class DoorTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.claim({.takeover = Takeover::kReplace}, notes_));
    ASSERT_TRUE(server_.start());
  }
  /// How many of so many publishers from 127.0.0.1 get in, one after the other. Between what they say, a
  /// network lies.
  int get_in(int of) {
    int in = 0;
    for (int i = 0; i < of; ++i) {
      TcpPublisher publisher(server_.port());
      if (!publisher.handshake()) continue;
      std::this_thread::sleep_for(kRoundTrip);
      if (!publisher.send_command("connect", 1, {AmfValue::object({{"app", AmfValue::string("live")}})}))
        continue;
      if (publisher.next_status() != kConnected) continue;
      std::this_thread::sleep_for(kRoundTrip);
      in += publisher.publish_key("key") == kStart;
    }
    return in;
  }

  Notes notes_;
  std::list<Notes> more_;
  Server server_{{.host = "127.0.0.1", .port = 0}, null_logger()};
};

TEST_F(DoorTest, OpensToAPublisherBesideHalfOpenConnectionsFromItsOwnAddress) {
  const HalfOpen others(server_.port(), {.count = 128, .addresses = {INADDR_LOOPBACK}});
  others.wait_for(128);
  EXPECT_GE(get_in(10), 9);
}

TEST_F(DoorTest, OpensToAPublisherBesideHalfHandshakesFromItsOwnAddress) {
  Bytes hello(1537, 0);
  hello[0] = 3;
  const HalfOpen others(server_.port(), {.count = 128, .addresses = {INADDR_LOOPBACK}, .say = hello});
  others.wait_for(128);
  EXPECT_GE(get_in(10), 9);
}

TEST_F(DoorTest, OpensToAnAddressThatSortsFirst) {
  std::vector<std::uint32_t> addresses;
  for (std::uint32_t i = 2; i < 102; ++i) addresses.push_back(INADDR_LOOPBACK - 1 + i);
  const HalfOpen others(server_.port(), {.count = addresses.size(), .addresses = addresses});
  others.wait_for(addresses.size());
  EXPECT_EQ(get_in(15), 15);
}

TEST_F(DoorTest, LetsANewcomerInWhereOneThatSaysNothingCanGo) {
  // All that the address may have, of which eight say nothing.
  std::list<TcpPublisher> publishing;
  for (std::size_t i = 0; i < limits::kMaxConnectionsPerAddress - 8; ++i) {
    const std::string key = "key" + std::to_string(i);
    ASSERT_TRUE(server_.claim({.stream_key = key}, more_.emplace_back()));
    ASSERT_EQ(publishing.emplace_back(server_.port()).publish("live", key), kStart) << i;
  }
  std::list<TcpPublisher> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back(server_.port());
  TcpPublisher newcomer(server_.port());
  EXPECT_EQ(newcomer.publish("live", "key"), kStart);
  EXPECT_NE(silent.front().wait_for_end(), ErrorCode::kTimedOut);
  const auto sent = made_up_stream(2);
  ASSERT_TRUE(send_all(publishing.front(), sent));
  EXPECT_EQ(more_.front().tags(sent.size()), tags_of(sent));
}

class NetworksTest : public testing::Test {
 protected:
  static bool contain(const std::string& networks, const std::string& address) {
    const auto parsed = Networks::parse(networks);
    EXPECT_TRUE(parsed) << parsed.error().detail;
    return parsed && parsed->contain(address);
  }
};

TEST_F(NetworksTest, AreReadFromText) {
  EXPECT_TRUE(contain("10.0.0.0/8", "10.1.2.3"));
  EXPECT_FALSE(contain("10.0.0.0/8", "11.1.2.3"));
  EXPECT_TRUE(contain(" 192.0.2.7 ,\tfd00::/8,", "fd12::1"));
  EXPECT_TRUE(contain("192.0.2.7,fd00::/8", "192.0.2.7"));
  EXPECT_FALSE(contain("192.0.2.7,fd00::/8", "192.0.2.8"));
  EXPECT_TRUE(contain("0.0.0.0/0,::/0", "192.0.2.8"));
  EXPECT_FALSE(contain("0.0.0.0/0", "::1"));
  EXPECT_FALSE(contain("", "127.0.0.1"));
  EXPECT_FALSE(contain("::/0", "(gone)"));
}

TEST_F(NetworksTest, ThatCannotBeReadAreNamed) {
  for (const auto& bad : {"10.0.0.0/33", "10.0.0.1/8", "host", "10.0.0.0/x", "/8"}) {
    const auto parsed = Networks::parse("fd00::/8," + std::string(bad));
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::kBadNetwork);
    EXPECT_NE(parsed.error().detail.find("'" + std::string(bad) + "'"), std::string::npos);
  }
}

class TrustedTest : public testing::Test {
 protected:
  void SetUp() override {
    Door door{.max_connections = 40, .max_connections_per_address = 2, .max_unpublished_connections = 20};
    ASSERT_TRUE(server_.claim({.stream_key = "small", .door = door}, small_));
    door = {.max_connections = 30, .max_connections_per_address = 3, .max_unpublished_connections = 10};
    door.trusted = *Networks::parse("127.0.0.8/30");
    ASSERT_TRUE(server_.claim({.stream_key = "key", .takeover = Takeover::kReplace, .door = door}, notes_));
    ASSERT_TRUE(server_.start());
  }
  TcpPublisher& come(const std::string& source) {
    return clients_.emplace_back(server_.port(), "127.0.0.1", source);
  }

  Notes notes_;
  Notes small_;
  LogLines log_;
  Server server_{{.host = "127.0.0.1", .port = 0}, log_};
  std::list<TcpPublisher> clients_;
};

TEST_F(TrustedTest, ConnectionsAreLimitedByThePortAloneAndOthersByTheirAddress) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(come("127.0.0.9").connect({"live"}), kConnected) << i;
  EXPECT_TRUE(log_.with(" closed", 0).empty());  // the largest numbers of all mounts count
  std::list<TcpPublisher> others;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(others.emplace_back(server_.port(), "127.0.0.1", "127.0.0.2").connect({"live"}), kConnected);
  // The fourth takes the place of the first.
  EXPECT_EQ(come("127.0.0.2").connect({"live"}), kConnected);
  EXPECT_NE(others.front().wait_for_end(), ErrorCode::kTimedOut);
}

TEST_F(TrustedTest, GuessesAreThoseOfThePort) {
  EXPECT_EQ(come("127.0.0.9").publish("live", "key"), kStart);
  for (int i = 0; i < limits::kGuessesAtOnce; ++i) {
    TcpPublisher& client = come(i % 2 == 0 ? "127.0.0.8" : "127.0.0.9");
    ASSERT_EQ(client.connect({"live"}), kConnected);
    ASSERT_TRUE(client.ask_to_publish("guess " + std::to_string(i)));
  }
  EXPECT_EQ(notes_.rejections(limits::kGuessesAtOnce).size(), std::size_t{limits::kGuessesAtOnce});
  const auto asked = Clock::now();
  EXPECT_EQ(come("127.0.0.10").publish("live", "small"), kStart);  // waits in the line of all
  EXPECT_GT(Clock::now() - asked, limits::kGuessInterval / 2);
  EXPECT_EQ(come("127.0.0.11").publish("live", "key"), kStart);  // known to the port
  EXPECT_LT(Clock::now() - asked, limits::kLongestGuessWait);
}

TEST(RepeatedWarningsTest, AreCountedBehindTheFirst) {
  LogLines log;
  Clock::time_point now{1h};
  {
    RepeatedWarnings warnings(log);
    for (int i = 0; i < 65'284; ++i) warnings.warn("flood", "flood " + std::to_string(i), now);
    warnings.warn("other", "other", now);
    EXPECT_EQ(log.with("flood", 0).size(), limits::kWarningsAtOnce);
    EXPECT_EQ(log.with("other", 0).size(), 1u);
    now += limits::kWarningInterval;
    warnings.tell(now);
    EXPECT_EQ(log.with("flood 65283 (the last of 65274 more like those above)", 0).size(), 1u);
    warnings.warn("flood", "again", now);
    EXPECT_EQ(log.all().back(), "again");
    for (std::size_t i = 0; i < limits::kWarningsAtOnce; ++i) warnings.warn("flood", "once more", now);
    EXPECT_EQ(log.with("(the last of 1 more", 0).size(), 0u);
  }
  EXPECT_EQ(log.with("once more (the last of 1 more like those above)", 0).size(), 1u);
}

TEST(FullServer, LogsFewOfThoseThatItCloses) {
  LogLines log;
  Notes notes;
  Server server({.host = "127.0.0.1", .port = 0}, log);
  ASSERT_TRUE(server.claim({.door = {.max_connections_per_address = 1}}, notes));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher(server.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  for (int i = 0; i < 300; ++i) EXPECT_NE(TcpPublisher(server.port()).wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_LE(log.with("closed at once: too many connections from there", 1).size(),
            2 * (limits::kWarningsAtOnce + 1));
}

}  // namespace
}  // namespace rtmp::test
