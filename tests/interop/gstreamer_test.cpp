// SPDX-License-Identifier: LGPL-2.1-or-later
// GStreamer's own two clients publish, each in a process of its own, and the recording is compared with a
// copy of what went into them, packet by packet.
#include <gtest/gtest.h>

#include <future>

#include "clients.h"
#include "process.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

struct Client {
  const char* name;
  const char* element;  // without its location
  const char* options;  // behind the URL
  const char* sync;
};

class GStreamerClient : public testing::TestWithParam<Client> {};

TEST_P(GStreamerClient, PublishesEveryPacket) {
  const Client& client = GetParam();
  const std::string sent = scratch("sent.flv");
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline("", "filesink location=" + recording);
  pipeline.play();
  auto command =
      launch("filesrc location=" + real_media(2) +
             " ! flvdemux name=d d.video ! queue ! h264parse ! flvmux name=m streamable=true ! tee name=t"
             " t. ! queue ! filesink location=" +
             sent + " d.audio ! queue ! aacparse ! m. t. ! queue ! " + client.element + " " + client.sync);
  command.push_back("location=" + local_url(pipeline.port()) + client.options);
  Process publisher(command);
  // As gst-launch does it: stopped at once, while the client, which has said that it ends, may be connected.
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  EXPECT_EQ(publisher.wait(), "");
  EXPECT_EQ(publisher.exit_status(), 0);
  const auto expected = packets(sent);
  ASSERT_GT(expected.size(), 140u);
  EXPECT_EQ(packets(recording), expected);
}

INSTANTIATE_TEST_SUITE_P(All, GStreamerClient,
                         testing::Values(Client{"Rtmp2sink", "rtmp2sink", "", "sync=false"},
                                         Client{"Rtmp2sinkPaced", "rtmp2sink", "", "sync=true"},
                                         Client{"Rtmpsink", "rtmpsink", " live=1", "sync=false"},
                                         Client{"RtmpsinkPaced", "rtmpsink", " live=1", "sync=true"}),
                         [](const auto& test) { return test.param.name; });

// Whose pipeline is not set to NULL at its end, while the server's stream has ended.
TEST(Rtmp2sink, IsLeftItsConnectionForSecondsAfterItsEnd) {
  TestPipeline pipeline("", "filesink location=" + scratch("recording.flv"));
  pipeline.play();
  GError* error = nullptr;
  const std::string description =
      "videotestsrc num-buffers=30 ! x264enc ! flvmux ! rtmp2sink location=" + local_url(pipeline.port());
  GstElement* client = gst_parse_launch(description.c_str(), &error);
  ASSERT_FALSE(error) << error->message;
  gst_element_set_state(client, GST_STATE_PLAYING);
  EXPECT_EQ(first_told(client).what, "eos");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(first_told(client, 3 * GST_SECOND).what, "nothing");
  // A stop has less than a second for it.
  auto stopped = std::async(std::launch::async, [&] { return pipeline.stop(); });
  EXPECT_EQ(first_told(client, 700 * GST_MSECOND).what, "nothing");
  gst_element_set_state(client, GST_STATE_NULL);
  EXPECT_LT(stopped.get(), 1000);
  gst_object_unref(client);
}

TEST(Rtmp2sink, SaysWhyItIsRefused) {
  TestPipeline pipeline("application=live");
  pipeline.play();
  auto command = launch("videotestsrc num-buffers=30 ! x264enc ! flvmux ! rtmp2sink");
  command.push_back("location=" + local_url(pipeline.port(), "other/key"));
  EXPECT_NE(run(command).find("NetConnection.Connect.InvalidApp"), std::string::npos);
}

}  // namespace
}  // namespace rtmp::test
