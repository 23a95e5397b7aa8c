// SPDX-License-Identifier: LGPL-2.1-or-later
// Real clients log in, or fail to, and say so to their users.
#include <gtest/gtest.h>

#include "client_events.h"
#include "clients.h"
#include "process.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kLogin = "username=user password=pass";

testing::AssertionResult fails_saying(const std::vector<std::string>& command, const std::string& text) {
  Process client(command);
  const std::string output = client.wait();
  if (client.exit_status() > 0 && output.find(text) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "ended with " << client.exit_status() << ": " << output;
}

TEST(Login, FfmpegPublishesEveryPacket) {
  const std::string recording = scratch("recording.flv");
  const std::string media = real_media(2);
  TestPipeline pipeline(kLogin, "filesink location=" + recording);
  pipeline.play();
  EXPECT_EQ(run(ffmpeg_publish(media, local_url(pipeline.port(), "live/key", "rtmp", "user:pass@"))), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  EXPECT_EQ(packets(recording), packets(media));
}

TEST(Login, FfmpegSaysWhyItIsRefused) {
  TestPipeline pipeline(kLogin);
  pipeline.play();
  const std::string media = real_media(2);
  const auto publish = [&](const std::string& login) {
    return ffmpeg_publish(media, local_url(pipeline.port(), "live/key", "rtmp", login));
  };
  EXPECT_TRUE(fails_saying(publish("user:wrong@"), "Incorrect username/password"));
  EXPECT_TRUE(fails_saying(publish("other:pass@"), "Incorrect username/password"));
  EXPECT_TRUE(fails_saying(publish(""), "No credentials set"));
  EXPECT_EQ(run(publish("user:pass@")), "");
  EXPECT_EQ(pipeline.wait(), "eos");
}

class Rtmp2sinkLogin : public testing::TestWithParam<bool> {};  // in the location

TEST_P(Rtmp2sinkLogin, PublishesEveryPacket) {
  const std::string sent = scratch("sent.flv");
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline(kLogin, "filesink location=" + recording);
  pipeline.play();
  const std::string where =
      GetParam() ? "location=" + local_url(pipeline.port(), "live/key", "rtmp", "user:pass@")
                 : "username=user password=pass authmod=adobe location=" + local_url(pipeline.port());
  EXPECT_EQ(run(rtmp2sink_publish(real_media(2), sent, where)), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  const auto expected = packets(sent);
  ASSERT_GT(expected.size(), 140u);
  EXPECT_EQ(packets(recording), expected);
}

INSTANTIATE_TEST_SUITE_P(All, Rtmp2sinkLogin, testing::Bool(), [](const auto& test) {
  return test.param ? std::string("InTheLocation") : std::string("ByProperties");
});

TEST(Login, Rtmp2sinkSaysWhyItIsRefused) {
  TestPipeline pipeline(kLogin);
  pipeline.play();
  const auto publish = [&](const std::string& properties) {
    return rtmp2sink_publish(real_media(2), scratch("sent.flv"),
                             properties + " location=" + local_url(pipeline.port()));
  };
  EXPECT_TRUE(fails_saying(publish("username=user password=wrong authmod=adobe"),
                           "Not authorized to connect: authentication failed; wrong credentials?"));
  EXPECT_TRUE(fails_saying(publish(""), "Not authorized to connect: no username for adobe authentication"));
}

TEST(Login, TheStreamKeysQueryReachesTheHandler) {
  TestPipeline pipeline("stream-key=key");
  ClientEvents events(pipeline.src());
  pipeline.play();
  EXPECT_EQ(run(ffmpeg_publish(real_media(2), local_url(pipeline.port(), "live/key?token=x"))), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(events.queries(), std::vector<std::string>{"token=x"});
}

}  // namespace
}  // namespace rtmp::test
