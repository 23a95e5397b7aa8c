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

// Debian has it where only root looks for programs.
std::string haproxy() {
  const std::string path = "/usr/sbin/haproxy";
  return std::ifstream(path).good() ? path : "haproxy";
}

/// HAProxy before one server, to which it connects from 127.0.0.9.
class HaProxy {
 public:
  HaProxy(std::uint16_t server, const std::string& options)
      : program_({haproxy(), "-W", "-db", "-f", written(server, options)}) {
    EXPECT_TRUE(program_.prints("Loading success")) << program_.output();
  }
  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

 private:
  std::string written(std::uint16_t server, const std::string& options) {
    const std::string file = scratch("haproxy.cfg");
    std::ofstream(file)
        << "defaults\n mode tcp\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n"
        << "listen rtmp\n bind 127.0.0.1:" << port_.number() << "\n server one 127.0.0.1:" << server
        << " source " << kProxy << " check inter 50ms " << options << "\n";
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
  const HaProxy balancer(pipeline.port(), options);
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
  const HaProxy balancer(pipeline.port(), "");
  Process ffmpeg(ffmpeg_publish(real_media(2), local_url(balancer.port())));
  EXPECT_NE(ffmpeg.wait(), "");
  EXPECT_GT(ffmpeg.exit_status(), 0);
}

}  // namespace
}  // namespace rtmp::test
