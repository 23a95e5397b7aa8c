// SPDX-License-Identifier: LGPL-2.1-or-later
// Limits for publishers, by the properties of the element and the bin.
#include <gtest/gtest.h>

#include "media_fixture.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_bin.h"
#include "test_pipeline.h"
#include "wire.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kRejected = "NetStream.Publish.Rejected";

const Bytes kConfiguration = wire(
    "17 00 000000 01 64000D FF E1 0019 67 64000DACD94141FB011000000300100000030320F14299 60 01 0004 68EFBCB0 "
    "FDF8F800");

TEST(PublisherLimits, EndAPublisherOfLargePictures) {
  TestPipeline pipeline("keep-listening=true max-picture-width=160 max-picture-height=120");
  SignalLog signals(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(publisher.send_media(MessageType::kVideo, 0, kConfiguration));
  EXPECT_EQ(publisher.next_status(), kRejected);
  EXPECT_TRUE(signals.wait_for("removed live key over-limit"));
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kStart);
}

TEST(PublisherLimits, EndOneOfSeveralPublishersForItsBitrate) {
  TestBin bin("max-publishers=0 max-bitrate=80000");
  bin.play();
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  ASSERT_EQ(one.publish("live", "one"), kStart);
  ASSERT_EQ(two.publish("live", "two"), kStart);
  (void)send_all(one, made_up_stream(200, 1000));
  EXPECT_EQ(one.next_status(), kRejected);
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live one over-limit"));
  ASSERT_TRUE(send_all(two, made_up_stream(10, 1000)));
  ASSERT_TRUE(two.unpublish());
  EXPECT_TRUE(bin.wait_for("publisher-removed 1 live two unpublished"));
}

TEST(PublisherLimits, KeepOthersThanTheAllowedNetworksOut) {
  TestPipeline pipeline("allowed-networks=127.0.0.9,127.0.0.10");
  pipeline.play();
  EXPECT_NE(TcpPublisher(pipeline.port()).wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(TcpPublisher(pipeline.port(), "127.0.0.1", "127.0.0.10").publish("live", "key"), kStart);
}

TEST(PublisherLimits, NeedNetworksThatCanBeRead) {
  TestPipeline pipeline("allowed-networks=10.0.0.0/33");
  pipeline.play();
  const std::string error = pipeline.wait();
  EXPECT_NE(error.find("allowed-networks, '10.0.0.0/33'"), std::string::npos) << error;
}

}  // namespace
}  // namespace rtmp::test
