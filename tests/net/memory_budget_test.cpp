// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory_budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "flood.h"
#include "notes.h"
#include "rtmp/server.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

// Accounts of a budget, and which of them were told to end, in that order.
struct Accounts {
  explicit Accounts(std::size_t count) : budget(10, [] { return 10; }) {
    for (std::size_t i = 0; i < count; ++i)
      each.push_back(std::make_unique<MemoryBudget::Account>(budget, [this, i] { ended.push_back(i); }));
  }

  MemoryBudget budget;
  std::vector<std::size_t> ended;
  std::vector<std::unique_ptr<MemoryBudget::Account>> each;
};

using Ended = std::vector<std::size_t>;

TEST(MemoryBudget, EndsTheOneThatHoldsTheMostOnceItIsExceeded) {
  Accounts accounts(3);
  accounts.each[0]->set(30);
  accounts.each[1]->set(50);
  accounts.each[2]->set(20);
  EXPECT_EQ(accounts.ended, Ended{});
  accounts.each[2]->set(21);
  EXPECT_EQ(accounts.ended, Ended{1});
  // What it holds until it has gone ends nobody else, and it is told once.
  accounts.each[1]->set(90);
  accounts.each[2]->set(70);
  EXPECT_EQ(accounts.ended, Ended{1});
  accounts.each[2]->set(71);
  EXPECT_EQ(accounts.ended, (Ended{1, 2}));
}

TEST(MemoryBudget, CountsWhatWasGivenBackNoMore) {
  Accounts accounts(3);
  accounts.each[0]->set(100);
  accounts.each[0]->set(40);
  accounts.each[1]->set(60);
  accounts.each[1].reset();
  accounts.each[2]->set(60);
  EXPECT_EQ(accounts.ended, Ended{});
  accounts.each[2]->set(61);
  EXPECT_EQ(accounts.ended, Ended{2});
  accounts.each[2].reset();
  accounts.each[0]->set(100);
  EXPECT_EQ(accounts.ended, Ended{2});
}

TEST(MemoryBudget, EndsNobodyThatHoldsNoMoreThanItsShare) {
  Accounts accounts(12);
  for (auto& account : accounts.each) account->set(10);
  EXPECT_EQ(accounts.ended, Ended{});
  accounts.each[5]->set(11);
  EXPECT_EQ(accounts.ended, Ended{5});
}

TEST(MemoryBudget, OfAPortEndsWhoeverHoldsTheMostOfAllItsConnections) {
  // Publishers of 24 streams, each with a message of 16 MiB that it does not finish: 16 of them are too many.
  constexpr std::size_t kPublishers = 24;
  constexpr std::uint32_t kLongest = limits::kMaxMediaMessage;
  LogLines log;
  Notes modest;
  std::vector<std::unique_ptr<Notes>> greedy;
  Server server({.host = "127.0.0.1", .port = 0}, log);
  ASSERT_TRUE(server.start());
  ASSERT_TRUE(server.claim({.stream_key = "modest"}, modest));
  TcpPublisher modest_publisher(server.port());
  ASSERT_EQ(modest_publisher.publish("live", "modest"), "NetStream.Publish.Start");
  Flood small(modest_publisher);
  small.chunk_size(kLongest);
  small.open(6, MessageType::kVideo, 900'000);
  small.zeros(300'000);

  std::vector<std::unique_ptr<TcpPublisher>> publishers;
  for (std::size_t i = 0; i < kPublishers; ++i) {
    const std::string key = "greedy" + std::to_string(i);
    greedy.push_back(std::make_unique<Notes>());
    ASSERT_TRUE(server.claim({.stream_key = key}, *greedy.back()));
    publishers.push_back(std::make_unique<TcpPublisher>(server.port()));
    ASSERT_EQ(publishers.back()->publish("live", key), "NetStream.Publish.Start");
    Flood flood(*publishers.back());
    flood.chunk_size(kLongest);
    flood.open(6, MessageType::kVideo, kLongest);
    flood.zeros(kLongest - 1000);
  }
  constexpr std::size_t kRoom = limits::kMaxConnections * limits::kOpenBytesPerConnection / (kLongest + 1);
  const std::size_t too_many = kPublishers - (kRoom - 1);  // the modest one has a part of one's
  EXPECT_EQ(log.with("closed: it holds the most", too_many).size(), too_many);
  std::size_t ended = 0;
  for (const auto& notes : greedy)
    if (!notes->ends(0).empty()) ++ended;
  EXPECT_EQ(ended, too_many);

  // The modest one goes on.
  small.zeros(600'000);
  EXPECT_EQ(modest.tags(1).size(), 1u);
  server.stop();
}

}  // namespace
}  // namespace rtmp::test
