// SPDX-License-Identifier: LGPL-2.1-or-later
// The server when the process has no file descriptors left, or few.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <list>

#include "eventually.h"
#include "notes.h"
#include "null_logger.h"
#include "rtmp/limits.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr rlim_t kMost = 300;  // descriptors of this process, to be used up quickly

/// While it lives, this process has only so many descriptors left.
class Scarcity {
 public:
  Scarcity() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now{std::min(kMost, before_.rlim_cur), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &now);
  }
  ~Scarcity() {
    leave(used_.size());
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  Scarcity(const Scarcity&) = delete;
  Scarcity& operator=(const Scarcity&) = delete;

  void leave(std::size_t count) {
    for (int fd = dup(0); fd >= 0; fd = dup(0)) used_.push_back(fd);
    for (; count > 0 && !used_.empty(); --count) {
      close(used_.back());
      used_.pop_back();
    }
  }

 private:
  rlimit before_{};
  std::vector<int> used_;  // ascending
};

/// A socket that is there before descriptors are scarce, and connects when they are.
class Stranger {
 public:
  Stranger() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {}
  ~Stranger() { close(fd_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  bool connects(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    return connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  /// Whether the server closes it, or answers its handshake.
  bool is_answered() {
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const std::vector<std::uint8_t> hello(1 + 1536, 3);
    send(fd_, hello.data(), hello.size(), MSG_NOSIGNAL);
    char byte = 0;
    return recv(fd_, &byte, 1, 0) >= 0 || errno == ECONNRESET;
  }

 private:
  int fd_;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

class DescriptorsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.claim({.stream_key = "key"}, notes_));
    ASSERT_TRUE(server_.claim({.stream_key = "other"}, others_));
    ASSERT_TRUE(server_.start());
    publisher_.emplace(server_.port());
    ASSERT_EQ(publisher_->publish("live", "key"), kStart);
  }
  /// Whether the publisher in place is heard.
  void expect_tags() {
    const auto more = made_up_stream(5);
    ASSERT_TRUE(send_all(*publisher_, more));
    sent_.insert(sent_.end(), more.begin(), more.end());
    EXPECT_EQ(notes_.tags(sent_.size()), tags_of(sent_));
  }
  void expect_another_publisher() {
    std::string answer;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (answer != kStart && std::chrono::steady_clock::now() < limit)
      answer = TcpPublisher(server_.port()).publish("live", "other");
    EXPECT_EQ(answer, kStart);
  }

  LogLines log_;
  Notes notes_;
  Notes others_;
  Server server_{{.host = "127.0.0.1", .port = 0}, log_};
  std::optional<TcpPublisher> publisher_;
  std::vector<Sent> sent_;
};

TEST_F(DescriptorsTest, UsedUpAtAcceptAreWaitedForAndThePublisherInPlaceIsHeard) {
  std::list<Stranger> strangers(5);
  {
    Scarcity scarcity;
    scarcity.leave(0);
    const double cpu = cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    for (Stranger& stranger : strangers) ASSERT_TRUE(stranger.connects(server_.port()));
    EXPECT_GE(log_.with("cannot accept a connection", 4).size(), 4u);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took.count(), 0.29);  // three waits
    EXPECT_LT(cpu_seconds() - cpu, took.count() / 4);
    expect_tags();
  }
  for (Stranger& stranger : strangers) EXPECT_TRUE(stranger.is_answered());
  expect_tags();
  expect_another_publisher();
}

TEST_F(DescriptorsTest, ThatAreFewAreNotGivenToStrangers) {
  std::list<Stranger> strangers(limits::kDescriptorsInReserve + 10);
  {
    Scarcity scarcity;
    std::size_t left = 0;
    for (Stranger& stranger : strangers) {
      scarcity.leave(++left);
      ASSERT_TRUE(stranger.connects(server_.port())) << left << " left";
      EXPECT_TRUE(stranger.is_answered()) << left << " left";
    }
    expect_tags();
  }
  EXPECT_FALSE(log_.with("closed at once: too few file descriptors are left", 1).empty());
  expect_tags();
  expect_another_publisher();
}

TEST_F(DescriptorsTest, ThatAreFewAreNotListenedWith) {
  Scarcity scarcity;
  for (std::size_t left = 0; left < limits::kDescriptorsInReserve; ++left) {
    scarcity.leave(left);
    Server another({.host = "127.0.0.1", .port = 0}, log_);
    const auto started = another.start();
    ASSERT_FALSE(started) << left << " left";
    EXPECT_EQ(started.error().code, ErrorCode::kCannotListen) << left << " left";
  }
}

TEST(Descriptors, AConnectionThatHasFinishedKeepsNoneThoughNobodyComesAfterIt) {
  Notes notes;
  Server server({.host = "127.0.0.1", .port = 0}, null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  const auto open_now = [] {
    int open = 0;
    for (int fd = 0; fd < static_cast<int>(kMost); ++fd) open += fcntl(fd, F_GETFD) != -1;
    return open;
  };
  const int before = open_now();
  {
    TcpPublisher publisher(server.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    publisher.close();
  }
  EXPECT_TRUE(eventually([&] { return open_now() == before; }));
}

}  // namespace
}  // namespace rtmp::test
