// SPDX-License-Identifier: LGPL-2.1-or-later
// Several elements, set up by their URIs, on one port, each with a real publisher of its own at once.
#include <gtest/gtest.h>

#include "clients.h"
#include "process.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

void set_uri(TestPipeline& pipeline, std::uint16_t port, const std::string& key) {
  const std::string uri = "rtmpserver://127.0.0.1:" + std::to_string(port) + "/live/" + key;
  ASSERT_TRUE(gst_uri_handler_set_uri(GST_URI_HANDLER(pipeline.src()), uri.c_str(), nullptr));
}

TEST(Streams, TwoKeysOnOnePortAreTwoRecordings) {
  const std::string one_recording = scratch("one.flv");
  const std::string two_recording = scratch("two.flv");
  TestPipeline one("", "filesink location=" + one_recording);
  TestPipeline two("", "filesink location=" + two_recording);
  set_uri(one, 0, "one");
  one.play();
  set_uri(two, one.port(), "two");
  two.play();
  ASSERT_EQ(one.port(), two.port());

  // Paced, so that both publish at the same time; different in length, so that neither can be the other.
  const std::string one_media = real_media(2);
  const std::string two_media = real_media(3);
  Process one_ffmpeg(ffmpeg_publish(one_media, local_url(one.port(), "live/one"), true));
  Process two_ffmpeg(ffmpeg_publish(two_media, local_url(two.port(), "live/two"), true));
  EXPECT_EQ(one_ffmpeg.wait(), "");
  EXPECT_EQ(two_ffmpeg.wait(), "");
  EXPECT_EQ(one.wait(), "eos");
  EXPECT_EQ(two.wait(), "eos");
  one.stop();
  two.stop();
  EXPECT_EQ(packets(one_recording), packets(one_media));
  EXPECT_EQ(packets(two_recording), packets(two_media));
}

TEST(Streams, AKeyThatNobodyTakesIsRefused) {
  TestPipeline pipeline;
  set_uri(pipeline, 0, "one");
  pipeline.play();
  const auto publish = [&](const std::string& path) {
    return run(ffmpeg_publish(real_media(2), local_url(pipeline.port(), path)));
  };
  EXPECT_NE(publish("live/three").find("stream key is not accepted"), std::string::npos);
  EXPECT_EQ(publish("live/one"), "");
  EXPECT_EQ(pipeline.wait(), "eos");
}

}  // namespace
}  // namespace rtmp::test
