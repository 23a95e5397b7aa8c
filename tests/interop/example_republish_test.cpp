// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that passes a publisher on to other servers, which are elements of the test here.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "clients.h"
#include "element_stats.h"
#include "eventually.h"
#include "example.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "reserved_port.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

// A server to publish to, whose publisher comes and goes.
class Server : public TestPipeline {
 public:
  explicit Server(std::uint16_t port = 0)
      : TestPipeline("keep-listening=true stream-key=s3cr3t-key port=" + std::to_string(port)) {
    play();
  }

  [[nodiscard]] std::string name() const { return "127.0.0.1:" + std::to_string(port()); }
  /// The bodies of the tags that it has got of a kind.
  [[nodiscard]] std::vector<std::string> bodies(MessageType type) const {
    std::vector<std::string> found;
    for (const Pushed& pushed : this->pushed())
      if (pushed.bytes[0] == static_cast<char>(type)) found.push_back(pushed.body());
    return found;
  }
  [[nodiscard]] bool has(const Sent& message) const {
    return std::ranges::count(bodies(message.type), message.body) > 0;
  }
  /// Whether it has got the last frame of sound of a file.
  [[nodiscard]] bool has_last_of(const std::string& file) const {
    const auto sent = messages(file);
    return has(*std::ranges::find(sent.rbegin(), sent.rend(), MessageType::kAudio, &Sent::type));
  }
};

std::string url_of(std::uint16_t port) { return local_url(port, "live/s3cr3t-key"); }

// The messages of one kind, without what ends a stream: a later publisher may go on with it.
std::vector<std::string> bodies(const std::vector<Sent>& sent, MessageType type) {
  std::vector<std::string> found;
  for (const Sent& message : sent)
    if (message.type == type && !message.body.starts_with("\x17\x02")) found.push_back(message.body);
  return found;
}

// A publisher that sends on, at about the speed of the media.
class Live {
 public:
  Live(std::uint16_t port, std::vector<Sent> stream) : stream_(std::move(stream)), publisher_(port) {
    EXPECT_EQ(publisher_.publish("live", "source"), kStart) << publisher_.failure();
  }

  /// Sends until the condition holds. Fails after 20 s.
  template <class Condition>
  testing::AssertionResult until(Condition holds) {
    bool sent = true;
    const bool held = eventually([&] {
      if (holds()) return true;
      if (sent_ == stream_.size()) return false;
      sent = sent && send_all(publisher_, {stream_[sent_++]});
      std::this_thread::sleep_for(std::chrono::milliseconds(8));
      return !sent;
    });
    if (held && sent) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "after " << sent_ << " messages: " << publisher_.failure();
  }
  /// All that was sent.
  [[nodiscard]] std::vector<Sent> sent() const {
    return {stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(sent_)};
  }

 private:
  const std::vector<Sent> stream_;
  TcpPublisher publisher_;
  std::size_t sent_ = 0;
};

bool is_key_frame(const std::string& body) { return body.starts_with("\x17\x01"); }

// It has begun with the headers and a key frame, and has gone on from there without a gap.
void expect_from_a_key_frame(const Server& server, const std::vector<Sent>& sent) {
  auto video = server.bodies(MessageType::kVideo);
  ASSERT_GE(video.size(), 3u);
  EXPECT_EQ(video[0], sent[1].body);
  EXPECT_EQ(server.bodies(MessageType::kAudio).at(0), sent[2].body);
  EXPECT_EQ(server.bodies(MessageType::kData).at(0), sent[0].body);
  EXPECT_TRUE(is_key_frame(video[1]));
  video.erase(video.begin());
  const auto all = bodies(sent, MessageType::kVideo);
  const auto from = std::ranges::find(all, video[0]);
  ASSERT_GE(all.end() - from, static_cast<std::ptrdiff_t>(video.size()));
  EXPECT_TRUE(std::equal(video.begin(), video.end(), from));
}

int count(Example& example, const std::string& text) {
  const std::string output = example.program().output();
  int found = 0;
  for (auto at = output.find(text); at != std::string::npos; at = output.find(text, at + 1)) ++found;
  return found;
}

bool said(Example& example, const std::string& text) {
  return example.program().output().find(text) != std::string::npos;
}

void expect_all(const Server& server, const std::vector<Sent>& sent) {
  for (const MessageType type : {MessageType::kVideo, MessageType::kAudio}) {
    EXPECT_TRUE(eventually([&] { return server.bodies(type).size() >= bodies(sent, type).size(); }));
    EXPECT_TRUE(server.bodies(type) == bodies(sent, type)) << server.bodies(type).size();
  }
}

TEST(Republish, PassesEverythingOnToAll) {
  const auto h264 = messages(real_media(1));
  const auto only = [&](MessageType type) {
    std::vector<Sent> found;
    for (const Sent& message : h264)
      if (message.type == type) found.push_back(message);
    return found;
  };
  for (const auto& sent : {h264, only(MessageType::kVideo), only(MessageType::kAudio), hevc_messages(20)}) {
    const Server first, second;
    Example example({url_of(first.port()), url_of(second.port())});
    EXPECT_TRUE(publish(example.port(), "source", sent));
    expect_all(first, sent);
    expect_all(second, sent);
    EXPECT_TRUE(example.stop());
    // They were told that the stream is over.
    for (const Server* server : {&first, &second})
      EXPECT_TRUE(eventually([&] { return !flag(stats_of(server->src()).get(), "publishing"); }));
    EXPECT_EQ(example.program().output().find("s3cr3t"), std::string::npos);
  }
}

TEST(Republish, PassesOnWhatEncodersSend) {
  const Server first, second;
  Example example({url_of(first.port()), url_of(second.port())});
  EXPECT_EQ(run(ffmpeg_publish(real_media(2), example.url())), "");
  expect_all(first, messages(real_media(2)));
  expect_all(second, messages(real_media(2)));
  EXPECT_EQ(run(rtmp2sink_publish(real_media(1), scratch("sent.flv"), "location=" + example.url())), "");
  EXPECT_TRUE(eventually([&] { return second.has_last_of(scratch("sent.flv")); }));
  EXPECT_TRUE(example.stop());
}

TEST(Republish, TakesOnlyItsKey) {
  const Server first;
  Example example({"--key", "source", url_of(first.port())});
  EXPECT_EQ(TcpPublisher(example.port()).publish("live", "other"), "NetStream.Publish.Denied");
  EXPECT_TRUE(publish(example.port(), "source", made_up_stream(10)));
  expect_all(first, made_up_stream(10));
  EXPECT_TRUE(example.stop());
}

TEST(Republish, GoesOnWithOneWhileTheOtherIsAbsentDiesAndComesBack) {
  const Server here;
  const ReservedPort reserved;
  const std::string name = "127.0.0.1:" + std::to_string(reserved.number());
  Example example({url_of(here.port()), url_of(reserved.number())});
  Live source(example.port(), made_up_stream(2000));
  EXPECT_TRUE(source.until([&] { return said(example, name + ": Connection refused"); }));
  for (int times = 0; times < 2; ++times) {
    Server other(reserved.number());
    EXPECT_TRUE(source.until([&] { return other.bodies(MessageType::kVideo).size() > 40; }));
    expect_from_a_key_frame(other, source.sent());
    other.stop();
  }
  expect_all(here, source.sent());
  EXPECT_EQ(number(stats_of(here.src()).get(), "accepted"), 1u);
  EXPECT_TRUE(example.stop());
}

TEST(Republish, GoesOnWithOneWhileTheOtherRefusesIt) {
  const Server first, second;
  Example example({url_of(first.port()), local_url(second.port(), "live/other")});
  Live source(example.port(), made_up_stream(2000));
  EXPECT_TRUE(source.until([&] { return number(stats_of(second.src()).get(), "rejected") > 1; }));
  expect_all(first, source.sent());
  EXPECT_TRUE(example.stop());
}

// It hangs up behind the handshake.
constexpr const char* kHangsUp = R"(
import socket
server = socket.create_server(("127.0.0.1", 0))
print("port", server.getsockname()[1], flush=True)
while True:
    client = server.accept()[0]
    stream = client.makefile("rb")
    client.sendall(b"\x03" + bytes(1536) + stream.read(1537)[1:])
    stream.read(1537)
    client.shutdown(socket.SHUT_RDWR)
    print("hung up", flush=True)
)";

TEST(Republish, TriesAgainWhereAServerHangsUp) {
  const Server here;
  Program other({"python3", "-c", kHangsUp});
  const std::string told = other.line("port ");
  ASSERT_FALSE(told.empty()) << other.output();
  Example example({url_of(here.port()), "rtmp://127.0.0.1:" + told.substr(5) + "/live/key"});
  Live source(example.port(), made_up_stream(2000));
  EXPECT_TRUE(source.until([&] { return other.output().find("hung up\nhung up\n") != std::string::npos; }));
  expect_all(here, source.sent());
  EXPECT_TRUE(example.stop());
}

TEST(Republish, LeavesAServerThatIsTooSlow) {
  const Server quick;
  Server slow;
  Example example({url_of(quick.port()), url_of(slow.port())});
  slow.block();
  Live source(example.port(), made_up_stream(500, 200'000));
  EXPECT_TRUE(source.until([&] { return said(example, slow.name() + ": It is too slow."); }));
  slow.unblock();
  EXPECT_TRUE(source.until([&] { return number(stats_of(slow.src()).get(), "accepted") > 1; }));
  EXPECT_TRUE(source.until([&] { return slow.has(source.sent().back()); }));
  expect_all(quick, source.sent());
  EXPECT_EQ(number(stats_of(quick.src()).get(), "accepted"), 1u);
  EXPECT_TRUE(example.stop());
}

// A publisher that is killed, and comes back with another size: the servers are told of it in the same
// stream. One that comes only then is told of nothing else.
TEST(Republish, GoesOnWithAPublisherThatComesBackWithAnotherSize) {
  const Server here;
  const ReservedPort reserved;
  Example example({url_of(here.port()), url_of(reserved.number())});
  Process small(ffmpeg_publish(encoded("160x120", "libx264", "aac"), example.url(), true));
  EXPECT_TRUE(eventually([&] { return here.bodies(MessageType::kVideo).size() > 5; }));
  small.kill();
  const auto file = real_media(20);
  Process large(ffmpeg_publish(file, example.url(), true));
  const auto configuration = messages(file)[1];
  ASSERT_EQ(configuration.type, MessageType::kVideo);
  EXPECT_TRUE(eventually([&] { return here.has(configuration); }));
  EXPECT_EQ(number(stats_of(here.src()).get(), "accepted"), 1u);
  // An attempt that fails now and one that fails later: the next one begins in the middle of the stream.
  const std::string refused = "127.0.0.1:" + std::to_string(reserved.number()) + ": Connection refused";
  EXPECT_TRUE(example.program().prints(refused, count(example, refused) + 2));
  Server other(reserved.number());
  EXPECT_TRUE(eventually([&] { return other.bodies(MessageType::kVideo).size() > 5; }));
  EXPECT_EQ(other.bodies(MessageType::kVideo)[0], configuration.body);
  EXPECT_TRUE(is_key_frame(other.bodies(MessageType::kVideo)[1]));
  EXPECT_TRUE(example.stop());
}

TEST(Republish, EndsAStreamThatIsSilentAndGoesOnWithIt) {
  const Server first, second;
  Example example({url_of(first.port()), url_of(second.port())});
  Process encoder(ffmpeg_publish(real_media(10), example.url(), true));
  const auto publish = [&](bool publishing) {
    return eventually([&] {
      return flag(stats_of(first.src()).get(), "publishing") == publishing &&
             flag(stats_of(second.src()).get(), "publishing") == publishing;
    });
  };
  EXPECT_TRUE(publish(true));
  encoder.signal(SIGSTOP);
  EXPECT_TRUE(publish(false));
  encoder.signal(SIGCONT);
  EXPECT_TRUE(publish(true));
  EXPECT_EQ(encoder.wait(), "");
  EXPECT_TRUE(eventually([&] { return first.has_last_of(real_media(10)); }));
  EXPECT_TRUE(eventually([&] { return second.has_last_of(real_media(10)); }));
  EXPECT_TRUE(example.stop());
}

}  // namespace
}  // namespace rtmp::test
