// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose TLS handshake runs where there are many.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <list>

#include "certificate_files.h"
#include "half_open.h"
#include "handshake_turns.h"
#include "notes.h"
#include "null_logger.h"
#include "rtmp/limits.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "tls_client.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kStart = "NetStream.Publish.Start";

class TurnsTest : public testing::Test {
 protected:
  HandshakeTurns::Turn& come(const std::string& network) {
    auto& turn = of_[network].emplace_back(turns_, network, [this, network] { ended_.push_back(network); });
    turns_.enter(turn);
    proceed();
    return turn;
  }
  void proceed() { later_ = turns_.proceed(now_); }
  /// How many of the network run, of those that have come.
  std::size_t running(const std::string& network) {
    return static_cast<std::size_t>(
        std::ranges::count_if(of_[network], [&](const auto& turn) { return turns_.runs(turn); }));
  }
  void fill() {
    for (const auto& network : {"a", "b", "c"}) {
      for (std::size_t i = 0; i < limits::kMaxHandshakesPerNetwork; ++i) {
        EXPECT_TRUE(turns_.runs(come(network)));
        now_ += 1ms;
      }
    }
  }

  HandshakeTurns turns_;
  Clock::time_point now_{1h};
  Clock::time_point later_{};
  std::map<std::string, std::list<HandshakeTurns::Turn>> of_;
  std::vector<std::string> ended_;
};

TEST_F(TurnsTest, AreFewOfANetworkAndFewInAll) {
  for (int i = 0; i < 10; ++i) come("a");
  EXPECT_EQ(running("a"), limits::kMaxHandshakesPerNetwork);
  for (const auto& network : {"b", "c", "d", "e"})
    for (int i = 0; i < 10; ++i) come(network);
  EXPECT_EQ(running("b"), limits::kMaxHandshakesPerNetwork);
  EXPECT_EQ(running("c"), limits::kMaxHandshakesPerNetwork);
  EXPECT_EQ(running("d") + running("e"), 0u);
}

TEST_F(TurnsTest, GoRoundAmongNetworksAndToTheNewestOfOne) {
  fill();
  auto& first_of_a = come("a");
  auto& last_of_a = come("a");
  come("d");
  auto& last_of_d = come("d");
  for (auto* over : {&of_["a"].front(), &of_["b"].front()}) {
    over->give_back();
    now_ += 10ms;
    proceed();
  }
  EXPECT_TRUE(turns_.runs(last_of_a) != turns_.runs(of_["d"].front()));
  EXPECT_TRUE(turns_.runs(last_of_d));  // which had none yet
  EXPECT_FALSE(turns_.runs(first_of_a));
}

TEST_F(TurnsTest, EndWhoStandsStillWhereOthersWait) {
  fill();
  now_ += 2 * limits::kHandshakeStall;
  proceed();
  EXPECT_TRUE(ended_.empty());
  come("d");
  EXPECT_EQ(ended_, std::vector<std::string>{"a"});  // which was the first
  EXPECT_TRUE(of_["a"].front().was_ended());
  proceed();
  EXPECT_EQ(ended_.size(), 1u);  // one is enough
  of_["a"].front().give_back();
  proceed();
  EXPECT_EQ(running("d"), 1u);
}

TEST_F(TurnsTest, LetNobodyEndWhoHasJustBegun) {
  fill();
  const auto began = now_ - 6ms;
  come("d");
  EXPECT_TRUE(ended_.empty());
  EXPECT_EQ(later_, began + limits::kHandshakeStall);
  now_ = later_;
  proceed();
  EXPECT_EQ(ended_.size(), 1u);
}

TEST_F(TurnsTest, EndAHandshakeOfTheSameNetworkWhereItsOwnAreTooMany) {
  come("b");
  now_ += 1ms;
  come("a");
  come("a");
  now_ += limits::kHandshakeStall;
  come("a");
  EXPECT_EQ(ended_, std::vector<std::string>{"a"});
}

TEST_F(TurnsTest, ComeAtARateOfEachNetworkAndOfAll) {
  std::map<std::string, int> begun;
  for (const auto end = now_ + 10s; now_ < end; now_ += 5ms) {
    for (const auto& network : {"a", "b", "c", "d", "e"}) {
      auto& turn = come(network);
      for (; turns_.runs(turn); turn.give_back()) ++begun[network];
      turn.give_back();
      of_[network].clear();
    }
  }
  int all = 0;
  for (const auto& [network, count] : begun) {
    EXPECT_LE(count, 10s / limits::kHandshakeIntervalPerNetwork + limits::kHandshakeBurstPerNetwork + 1);
    EXPECT_GT(count, 0);
    all += count;
  }
  EXPECT_LE(all, 10s / limits::kHandshakeInterval + limits::kHandshakeBurst + 1);
  EXPECT_GE(all, 10s / limits::kHandshakeInterval);
}

TEST_F(TurnsTest, WaitUntilTheyAreGivenBackFromAnotherThread) {
  HandshakeTurns::Turn turn(turns_, "a", [] {});
  std::list<HandshakeTurns::Turn> others;
  for (std::size_t i = 0; i < limits::kMaxHandshakesPerNetwork; ++i)
    EXPECT_TRUE(others.emplace_back(turns_, "a", [] {}).wait(Clock::now() + 10s));
  auto waits = std::async(std::launch::async, [&] { return turn.wait(Clock::now() + 20s); });
  turn.give_back();
  EXPECT_FALSE(waits.get());
  EXPECT_FALSE(HandshakeTurns::Turn(turns_, "a", [] {}).wait(Clock::now()));
}

/// What GIO's client says first.
Bytes client_hello() {
  const GObjectPtr<GSocket> socket(
      g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nullptr));
  const GObjectPtr<GSocketAddress> any(g_inet_socket_address_new_from_string("127.0.0.1", 0));
  g_socket_bind(socket.get(), any.get(), TRUE, nullptr);
  g_socket_listen(socket.get(), nullptr);
  const GObjectPtr<GSocketAddress> here(g_socket_get_local_address(socket.get(), nullptr));
  TlsClient client(g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(here.get())));
  const GObjectPtr<GSocket> accepted(g_socket_accept(socket.get(), nullptr, nullptr));
  auto shaken = std::async(std::launch::async, [&] { return client.handshake(); });
  Bytes hello(4096);
  const gssize got = g_socket_receive(accepted.get(), reinterpret_cast<gchar*>(hello.data()), hello.size(),
                                      nullptr, nullptr);
  g_socket_close(accepted.get(), nullptr);
  EXPECT_FALSE(shaken.get());
  return cut(hello, static_cast<std::size_t>(std::max<gssize>(got, 0)));
}

class HandshakesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.claim({.takeover = Takeover::kReplace}, notes_));
    ASSERT_TRUE(server_.start());
  }
  /// How long it takes until a publisher is in.
  Clock::duration get_in() {
    const auto began = Clock::now();
    EXPECT_EQ(TcpPublisher::secure(server_.port()).publish("live", "key"), kStart);
    return Clock::now() - began;
  }

  static TlsCertificate certificate() {
    const CertificateFiles files = make_certificate("handshakes");
    return std::move(load_certificate(files.certificate, files.key)).value();
  }

  Notes notes_;
  Server server_{{.host = "127.0.0.1", .port = 0, .certificate = certificate()}, null_logger()};
};

TEST_F(HandshakesTest, ThatStandStillKeepNobodyOut) {
  std::vector<std::uint32_t> addresses;
  for (std::uint32_t i = 1; i <= 4; ++i) addresses.push_back(INADDR_LOOPBACK + i);
  const HalfOpen stalled(server_.port(), {.count = 128, .addresses = addresses, .say = client_hello()});
  stalled.wait_for(128);
  for (int i = 0; i < 5; ++i) EXPECT_LT(get_in(), kSlowness * 2s) << i;
}

TEST_F(HandshakesTest, HaveSecondsWhereNobodyWaits) {
  TcpPublisher stalled(server_.port());
  ASSERT_TRUE(stalled.send_raw(client_hello()));
  const auto began = Clock::now();
  std::vector<std::uint8_t> answer(1 << 14);
  for (;;) {
    const auto flag = recv(stalled.descriptor(), answer.data(), answer.size(), 0);
    if (flag == 0 || (flag < 0 && errno != EAGAIN)) break;
    pollfd more{.fd = stalled.descriptor(), .events = POLLIN, .revents = 0};
    ASSERT_GT(poll(&more, 1, 10'000), 0);
  }
  EXPECT_GE(Clock::now() - began, limits::kTlsHandshakeDeadline - 100ms);
  EXPECT_LT(Clock::now() - began, 2 * limits::kTlsHandshakeDeadline);
}

TEST_F(HandshakesTest, ThatStandStillLeaveThreadsToTheRestOfTheProcess) {
  std::vector<std::uint32_t> addresses;
  for (std::uint32_t i = 1; i <= 16; ++i) addresses.push_back(INADDR_LOOPBACK + i);
  const HalfOpen stalled(server_.port(), {.count = 64, .addresses = addresses, .say = client_hello()});
  stalled.wait_for(64);
  for (int i = 0; i < 5; ++i) {
    const auto began = Clock::now();
    const GObjectPtr<GTask> task(g_task_new(nullptr, nullptr, nullptr, nullptr));
    g_task_run_in_thread_sync(task.get(),
                              [](GTask* t, void*, void*, GCancellable*) { g_task_return_boolean(t, TRUE); });
    EXPECT_LT(Clock::now() - began, kSlowness * 500ms);
  }
}

TEST_F(HandshakesTest, OfReplayedClientHellosAreFewInASecond) {
  std::vector<std::uint32_t> addresses{INADDR_LOOPBACK + 1};
  const HalfOpen replaying(server_.port(),
                           {.count = 32, .addresses = addresses, .say = client_hello(), .leave = true});
  replaying.wait_for(32);
  const auto began = Clock::now();
  const std::size_t before = replaying.made();
  for (int i = 0; i < 3; ++i) EXPECT_LT(get_in(), kSlowness * 2s) << i;
  // Those that are answered, but for a burst; a stalled one makes room after a second.
  while (Clock::now() - began < 3s) replaying.wait_for(replaying.made() + 1);
  const auto rate =
      std::chrono::duration<double>(Clock::now() - began) / limits::kHandshakeIntervalPerNetwork;
  EXPECT_LE(static_cast<double>(replaying.made() - before), 2 * rate + 2 * limits::kHandshakeBurstPerNetwork);
}

}  // namespace
}  // namespace rtmp::test
