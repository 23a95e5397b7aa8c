// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <string>
#include <vector>

#include "notes.h"
#include "null_logger.h"
#include "slowness.h"
#include "tcp_publisher.h"

namespace rtmp::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

inline constexpr const char* kStart = "NetStream.Publish.Start";
inline constexpr const char* kBadName = "NetStream.Publish.BadName";
inline constexpr std::chrono::milliseconds kSoon = 1s * kSlowness;

class TakeoverTest : public testing::Test {
 protected:
  void start(MountSpec spec) {
    ASSERT_TRUE(server_.claim(std::move(spec), notes_));
    ASSERT_TRUE(server_.start());
  }

  void expect_taken(std::size_t tags) { EXPECT_GE(notes_.tags(tags).size(), tags); }

  Notes notes_;
  Server server_{{.host = "127.0.0.1", .port = 0}, null_logger()};
  const std::vector<Sent> sent_ = made_up_stream(5);
};

inline void expect_replaced(TcpPublisher& publisher) {
  EXPECT_EQ(publisher.next_status(), kBadName);
  EXPECT_NE(publisher.description().find("taken over"), std::string::npos) << publisher.description();
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
}

inline bool becomes_readable(const TcpPublisher& publisher, std::chrono::milliseconds patience) {
  pollfd fd{publisher.descriptor(), POLLIN, 0};
  return poll(&fd, 1, static_cast<int>(patience.count())) > 0;
}

/// A status, and how long it took.
struct Answered {
  std::string status;
  std::chrono::milliseconds after;
};
inline Answered ask(TcpPublisher& publisher, const std::string& key) {
  EXPECT_EQ(publisher.connect({.app = "live"}), "NetConnection.Connect.Success");
  const auto began = Clock::now();
  std::string status = publisher.publish_key(key);
  return {status, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began)};
}

}  // namespace rtmp::test
