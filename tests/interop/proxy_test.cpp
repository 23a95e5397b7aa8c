// SPDX-License-Identifier: LGPL-2.1-or-later
// FFmpeg publishes by HAProxy, which tells where it comes from.
#include <gtest/gtest.h>

#include <fstream>

#include "certificate_files.h"
#include "clients.h"
#include "element_stats.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "reserved_port.h"
#include "signal_log.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kProxy = "127.0.0.9";

/// HAProxy before servers, to which it connects from 127.0.0.9. The second is for when the first is down.
class HaProxy {
 public:
  HaProxy(const std::vector<std::uint16_t>& servers, const std::string& options)
      : program_({system_program("haproxy"), "-W", "-db", "-f", written(servers, options)}) {
    EXPECT_TRUE(program_.prints("Loading success")) << program_.output();
  }
  [[nodiscard]] std::uint16_t port() const { return port_.number(); }
  /// Blocks until it has found that the first server is down.
  bool finds_the_first_down() { return program_.prints("Server rtmp/server0 is DOWN"); }

 private:
  std::string written(const std::vector<std::uint16_t>& servers, const std::string& options) {
    const std::string file = scratch("haproxy.cfg");
    std::ofstream config(file);
    config << "defaults\n mode tcp\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n"
           << "listen rtmp\n bind 127.0.0.1:" << port_.number() << "\n";
    for (std::size_t i = 0; i < servers.size(); ++i)
      config << " server server" << i << " 127.0.0.1:" << servers[i] << " source " << kProxy
             << " check inter 50ms fall 1 " << options << (i > 0 ? " backup\n" : "\n");
    return file;
  }

  ReservedPort port_;
  Program program_;
};

void expect_every_packet(const std::string& options, const std::string& scheme,
                         const std::string& properties) {
  const std::string media = real_media(2);
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline("proxy-protocol=trusted trusted-proxies=" + std::string(kProxy) + properties,
                        "filesink location=" + recording);
  SignalLog signals(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  const HaProxy balancer({pipeline.port()}, options);
  EXPECT_EQ(run(ffmpeg_publish(media, local_url(balancer.port(), "live/key", scheme))), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  ASSERT_EQ(signals.addresses().size(), 2u);  // of one that was added, and removed
  for (const std::string& address : signals.addresses())
    EXPECT_TRUE(address.starts_with("127.0.0.1:")) << address;
  pipeline.stop();
  EXPECT_EQ(packets(recording), packets(media));
}

TEST(Proxy, FfmpegPublishesEveryPacketByVersion1) { expect_every_packet("send-proxy", "rtmp", ""); }

TEST(Proxy, FfmpegPublishesEveryPacketByVersion2) { expect_every_packet("send-proxy-v2", "rtmp", ""); }

TEST(Proxy, FfmpegPublishesEveryPacketByVersion2WithMoreFieldsAndTls) {
  const CertificateFiles files = make_certificate("proxy");
  expect_every_packet("send-proxy-v2 proxy-v2-options crc32c,unique-id", "rtmps",
                      " certificate-file=" + files.certificate + " private-key-file=" + files.key);
}

TEST(Proxy, FfmpegIsRefusedWhereTheHeaderIsMissing) {
  TestPipeline pipeline("proxy-protocol=trusted trusted-proxies=" + std::string(kProxy));
  pipeline.play();
  const HaProxy balancer({pipeline.port()}, "");
  Process ffmpeg(ffmpeg_publish(real_media(2), local_url(balancer.port())));
  EXPECT_NE(ffmpeg.wait(), "");
  EXPECT_GT(ffmpeg.exit_status(), 0);
}

TEST(Proxy, AServerThatIsDrainedKeepsItsPublisherAndTheNextGoesToAnother) {
  const std::string media = real_media(8);
  const std::string properties =
      "drain-mode=close proxy-protocol=trusted trusted-proxies=" + std::string(kProxy);
  const std::string recordings[] = {scratch("first.flv"), scratch("second.flv")};
  TestPipeline first(properties, "filesink location=" + recordings[0]);
  TestPipeline second(properties, "filesink location=" + recordings[1]);
  SignalLog signals(first.src(), first.pipeline());
  first.play();
  second.play();
  HaProxy balancer({first.port(), second.port()}, "send-proxy-v2");
  Process in_place(ffmpeg_publish(media, local_url(balancer.port()), true));
  ASSERT_TRUE(signals.wait_for("added live key"));
  g_object_set(first.src(), "accepting", FALSE, nullptr);
  ASSERT_TRUE(balancer.finds_the_first_down());
  // It is new, though it names the same application and key.
  EXPECT_EQ(run(ffmpeg_publish(media, local_url(balancer.port()))), "");
  EXPECT_EQ(second.wait(), "eos");
  EXPECT_EQ(in_place.wait(), "");
  EXPECT_EQ(first.wait(), "eos");
  first.stop();
  second.stop();
  for (const std::string& recording : recordings) EXPECT_EQ(packets(recording), packets(media));
}

}  // namespace
}  // namespace rtmp::test
