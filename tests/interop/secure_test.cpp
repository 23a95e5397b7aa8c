// SPDX-License-Identifier: LGPL-2.1-or-later
// Real clients and RTMPS.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "certificate_files.h"
#include "clients.h"
#include "process.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

const CertificateFiles& certificate() {
  static const CertificateFiles files = make_certificate("server");
  return files;
}

std::string tls_properties() {
  const CertificateFiles& files = certificate();
  return "certificate-file=" + files.certificate + " private-key-file=" + files.key;
}

// Publishes by FFmpeg and compares what was recorded.
void expect_every_packet(TestPipeline& pipeline, const std::string& recording, const std::string& scheme) {
  const std::string media = real_media(2);
  EXPECT_EQ(run(ffmpeg_publish(media, local_url(pipeline.port(), "live/key", scheme))), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  EXPECT_EQ(packets(recording), packets(media));
}

// FFmpeg with the wrong scheme is told no, and the right one gets in.
void expect_only(const std::string& scheme, const std::string& wrong, const std::string& properties) {
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline(properties, "filesink location=" + recording);
  pipeline.play();
  Process ffmpeg(ffmpeg_publish(real_media(2), local_url(pipeline.port(), "live/key", wrong)));
  EXPECT_NE(ffmpeg.wait(), "");
  EXPECT_GT(ffmpeg.exit_status(), 0);
  expect_every_packet(pipeline, recording, scheme);
}

TEST(Secure, FfmpegPublishesEveryPacket) {
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline(tls_properties(), "filesink location=" + recording);
  pipeline.play();
  expect_every_packet(pipeline, recording, "rtmps");
}

TEST(Secure, FfmpegThatChecksTheCertificateTakesTheOneThatItIsGiven) {
  const CertificateFiles other = make_certificate("other");
  for (const auto& [authority, trusted] :
       {std::pair(certificate().certificate, true), {other.certificate, false}}) {
    TestPipeline pipeline(tls_properties());
    pipeline.play();
    auto command =
        ffmpeg_publish(real_media(2), "rtmps://localhost:" + std::to_string(pipeline.port()) + "/live/key");
    const auto verify = std::ranges::find(command, "-tls_verify");
    *std::next(verify) = "1";
    command.insert(verify, {"-ca_file", authority});
    Process ffmpeg(command);
    EXPECT_EQ(ffmpeg.wait() == "", trusted) << authority;
    EXPECT_EQ(ffmpeg.exit_status() == 0, trusted) << authority;
  }
}

TEST(Secure, Rtmp2sinkPublishesEveryPacket) {
  const std::string sent = scratch("sent.flv");
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline(tls_properties(), "filesink location=" + recording);
  pipeline.play();
  const auto url = local_url(pipeline.port(), "live/key", "rtmps");
  EXPECT_EQ(run(rtmp2sink_publish(real_media(2), sent, "tls-validation-flags=0 location=" + url)), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  const auto expected = packets(sent);
  ASSERT_GT(expected.size(), 140u);
  EXPECT_EQ(packets(recording), expected);
}

TEST(Secure, APlainClientIsTurnedAwayAndARightOneGetsIn) { expect_only("rtmps", "rtmp", tls_properties()); }

TEST(Secure, ATlsClientIsTurnedAwayFromAPlainPort) { expect_only("rtmp", "rtmps", ""); }

TEST(Secure, FfmpegComesEitherWayToAPortForBoth) {
  for (const auto* scheme : {"rtmp", "rtmps"}) {
    const std::string recording = scratch("recording.flv");
    TestPipeline pipeline("tls-mode=optional " + tls_properties(), "filesink location=" + recording);
    pipeline.play();
    expect_every_packet(pipeline, recording, scheme);
  }
}

TEST(Secure, FfmpegShowsACertificateThatTheAuthorityHasSigned) {
  const Authorities authorities("publishers");
  const CertificateFiles signed_one = authorities.sign("/CN=camera 1");
  const CertificateFiles other = make_certificate("other");
  for (const auto& [files, taken] : {std::pair(other, false), {signed_one, true}}) {
    TestPipeline pipeline(tls_properties() + " tls-ca-file=" + authorities.root());
    pipeline.play();
    auto command = ffmpeg_publish(real_media(2), local_url(pipeline.port(), "live/key", "rtmps"));
    command.insert(std::ranges::find(command, "-tls_verify"),
                   {"-cert_file", files.certificate, "-key_file", files.key});
    Process ffmpeg(command);
    EXPECT_EQ(ffmpeg.wait() == "", taken);
    EXPECT_EQ(ffmpeg.exit_status() == 0, taken);
  }
}

TEST(Secure, OpensslShakesHandsFromVersion12On) {
  TestPipeline pipeline(tls_properties());
  pipeline.play();
  const auto handshake = [&](const std::string& version) {
    // Security level 0 is the only one at which this client offers 1.1 at all.
    return run({"openssl", "s_client", "-brief", "-tls" + version, "-cipher", "DEFAULT@SECLEVEL=0",
                "-connect", "127.0.0.1:" + std::to_string(pipeline.port())});
  };
  EXPECT_NE(handshake("1_3").find("Protocol version: TLSv1.3"), std::string::npos);
  EXPECT_NE(handshake("1_2").find("Protocol version: TLSv1.2"), std::string::npos);
  const std::string refused = handshake("1_1");
  EXPECT_NE(refused.find("alert protocol version"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("CONNECTION ESTABLISHED"), std::string::npos) << refused;
}

}  // namespace
}  // namespace rtmp::test
