// SPDX-License-Identifier: LGPL-2.1-or-later
// One server for all claims on a port: when it is there, and who may have it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <list>

#include "notes.h"
#include "null_logger.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Shared = Result<std::shared_ptr<Server>>;

constexpr const char* kStart = "NetStream.Publish.Start";

Shared share(std::uint16_t port, MountSpec spec, MountDelegate& delegate) {
  return Server::share({.host = "127.0.0.1", .port = port}, null_logger(), std::move(spec), delegate);
}

bool can_listen(std::uint16_t port) {
  return Server({.host = "127.0.0.1", .port = port}, null_logger()).start().has_value();
}

TEST(Share, KeepsThePortOpenUntilTheLastClaimGoesInAnyOrder) {
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    std::array<Notes, 3> notes;
    std::array<std::shared_ptr<Server>, 3> servers;
    std::uint16_t port = 0;
    for (std::size_t i = 0; i < notes.size(); ++i) {
      auto shared = share(port, {.stream_key = "cam" + std::to_string(i)}, notes[i]);
      ASSERT_TRUE(shared) << shared.error().detail;
      servers[i] = *shared;
      port = servers[i]->port();
      EXPECT_EQ(servers[i], servers[0]);
    }
    std::list<TcpPublisher> publishers;
    for (std::size_t i = 0; i < notes.size(); ++i)
      ASSERT_EQ(publishers.emplace_back(port).publish("live", "cam" + std::to_string(i)), kStart);
    for (const std::size_t i : order) {
      EXPECT_TRUE(TcpPublisher(port).connected());
      EXPECT_TRUE(notes[i].ends(0).empty());
      servers[i]->release(notes[i]);
      EXPECT_EQ(notes[i].ends(0), std::vector{EndReason::kStopped});
      servers[i].reset();
    }
    EXPECT_FALSE(TcpPublisher(port).connected());
    EXPECT_TRUE(can_listen(port));
  } while (std::ranges::next_permutation(order).found);
}

TEST(Share, ListensAgainWhereAllHadGone) {
  Notes notes;
  std::uint16_t port = 0;
  for (int i = 0; i < 5; ++i) {
    auto shared = share(port, {}, notes);
    ASSERT_TRUE(shared) << shared.error().detail;
    port = (*shared)->port();
    TcpPublisher publisher(port);
    EXPECT_EQ(publisher.publish("live", "key"), kStart);
    (*shared)->release(notes);
  }
}

TEST(Share, RefusesOtherSettingsOfSecurityAndNamesBothOwners) {
  Notes first;
  Notes second;
  Notes third;
  const ServerConfig config{.host = "127.0.0.1", .port = 0, .proxies = *Networks::parse("10.0.0.5,10.0.0.6")};
  const auto shared = Server::share(config, null_logger(), {.owner = "one", .stream_key = "1"}, first);
  ASSERT_TRUE(shared);
  ServerConfig same = config;
  same.port = (*shared)->port();
  same.proxies = *Networks::parse("10.0.0.6, 10.0.0.5");
  ASSERT_TRUE(Server::share(same, null_logger(), {.owner = "two", .stream_key = "2"}, second));
  const auto refused = [&](const ServerConfig& differs) {
    const auto no = Server::share(differs, null_logger(), {.owner = "three", .stream_key = "3"}, third);
    EXPECT_FALSE(no);
    EXPECT_EQ(no.error().code, ErrorCode::kOtherSettings);
    return no.error().detail;
  };
  ServerConfig other = same;
  other.proxies = *Networks::parse("10.0.0.5");
  const std::string port = std::to_string(same.port);
  EXPECT_EQ(refused(other), "three and one share port " + port + " and differ in: trusted-proxies");
  other.proxies = {};
  other.tls_mode = TlsMode::kOptional;
  EXPECT_EQ(refused(other), "three and one share port " + port + " and differ in: tls-mode, proxy-protocol");
  // The owner that is there is named, and not one that has gone.
  (*shared)->release(first);
  other = same;
  other.tls_files.authorities = "authorities.pem";
  EXPECT_EQ(refused(other), "three and two share port " + port + " and differ in: tls-ca-file");
  (*shared)->release(second);
}

TEST(Share, TakesTheLargestOfTheLimits) {
  Notes first;
  Notes second;
  const auto shared = Server::share({.host = "127.0.0.1", .port = 0}, null_logger(),
                                    {.stream_key = "1", .door = {.max_connections_per_address = 1}}, first);
  ASSERT_TRUE(shared);
  const std::uint16_t port = (*shared)->port();
  ASSERT_TRUE(share(port, {.stream_key = "2", .door = {.max_connections_per_address = 2}}, second));
  TcpPublisher one(port);
  EXPECT_EQ(one.publish("live", "1"), kStart);
  TcpPublisher two(port);
  EXPECT_EQ(two.publish("live", "2"), kStart);
  EXPECT_NE(TcpPublisher(port).wait_for_end(), ErrorCode::kTimedOut);
  (*shared)->release(first);
  (*shared)->release(second);
}

TEST(Share, RefusesTheVerySameMount) {
  Notes first;
  Notes second;
  const auto shared = share(0, {.application = "live", .stream_key = "room/key"}, first);
  ASSERT_TRUE(shared);
  const std::uint16_t port = (*shared)->port();
  for (const auto& [application, key] : {std::pair{"live", "room/key"}, {"live/room", "key"}}) {
    const auto same = share(port, {.application = application, .stream_key = key}, second);
    ASSERT_FALSE(same) << application;
    EXPECT_EQ(same.error().code, ErrorCode::kAlreadyClaimed);
    EXPECT_EQ(same.error().detail.find("key'"), std::string::npos);  // a secret
  }
  EXPECT_TRUE(share(port, {.stream_key = "room/key"}, second));  // on any application: something else
  (*shared)->release(first);
  EXPECT_TRUE(share(port, {.application = "live/room", .stream_key = "key"}, first));
}

TEST(Share, GivesAMountUpThatItCouldNotClaim) {
  Notes first;
  Notes second;
  const auto shared = share(0, {}, first);
  ASSERT_TRUE(shared);
  EXPECT_FALSE(share((*shared)->port(), {}, second));
  (*shared)->release(second);  // has none, which is no fault
  EXPECT_EQ(TcpPublisher((*shared)->port()).publish("live", "key"), kStart);
  EXPECT_EQ(first.requests().size(), 1u);
}

TEST(Share, GivesEachThatAsksForAnyPortAServerOfItsOwn) {
  Notes first;
  Notes second;
  const auto one = share(0, {}, first);
  const auto two = share(0, {}, second);
  ASSERT_TRUE(one && two);
  EXPECT_NE((*one)->port(), (*two)->port());
  EXPECT_EQ(TcpPublisher((*one)->port()).publish("live", "key"), kStart);
  EXPECT_EQ(first.requests().size(), 1u);
  EXPECT_TRUE(second.requests().empty());
}

TEST(Share, SaysThatAnotherProgramHasThePort) {
  Server other({.host = "127.0.0.1", .port = 0}, null_logger());  // not shared
  ASSERT_TRUE(other.start());
  Notes notes;
  const auto shared = share(other.port(), {}, notes);
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, ErrorCode::kAddressInUse);
}

TEST(Share, ManyThreadsMayBeTheFirstAndTheLastAtOnce) {
  Notes first;
  std::uint16_t port = 0;
  {
    const auto shared = share(0, {}, first);
    ASSERT_TRUE(shared);
    port = (*shared)->port();
  }
  const auto work = [&](const std::string& key) {
    std::string failed;
    for (int i = 0; i < 100 && failed.empty(); ++i) {
      Notes notes;
      const auto shared = share(port, {.stream_key = key}, notes);
      if (!shared)
        failed = shared.error().detail;
      else
        (*shared)->release(notes);
    }
    return failed;
  };
  std::list<std::future<std::string>> threads;
  for (int i = 0; i < 6; ++i)
    threads.push_back(std::async(std::launch::async, work, "thread" + std::to_string(i)));
  for (auto& thread : threads) EXPECT_EQ(thread.get(), "");
  EXPECT_TRUE(can_listen(port));
}

TEST(Share, GivesTheVerySameMountToOneOfManyThreads) {
  Notes keeper;
  std::array<Notes, 8> notes;
  const auto kept = share(0, {.stream_key = "kept"}, keeper);
  ASSERT_TRUE(kept);
  std::list<std::future<bool>> threads;
  for (Notes& each : notes) {
    threads.push_back(std::async(std::launch::async, [&kept, &each] {
      return share((*kept)->port(), {.stream_key = "wanted"}, each).has_value();
    }));
  }
  EXPECT_EQ(std::ranges::count_if(threads, [](auto& thread) { return thread.get(); }), 1);
}

}  // namespace
}  // namespace rtmp::test
