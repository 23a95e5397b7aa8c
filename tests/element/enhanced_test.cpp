// SPDX-License-Identifier: LGPL-2.1-or-later
// Enhanced RTMP: what the element says of its tracks, and the property for pipelines that cannot take it.
#include <gtest/gtest.h>

#include <algorithm>

#include "element_stats.h"
#include "media_fixture.h"
#include "process.h"
#include "real_media.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"
#include "wire.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kRejected = "NetStream.Publish.Rejected";

Sent message(MessageType type, std::uint32_t timestamp, std::string_view notation) {
  const Bytes body = wire(notation);
  return {type, timestamp, std::string(body.begin(), body.end())};
}
Sent video(std::uint32_t timestamp, std::string_view notation) {
  return message(MessageType::kVideo, timestamp, notation);
}
Sent audio(std::uint32_t timestamp, std::string_view notation) {
  return message(MessageType::kAudio, timestamp, notation);
}

// The nth structure in an array of them.
const GstStructure* track(const GstStructure* stats, const char* field, guint n) {
  const GValue* tracks = gst_structure_get_value(stats, field);
  if (!tracks || gst_value_array_get_size(tracks) <= n) return nullptr;
  return gst_value_get_structure(gst_value_array_get_value(tracks, n));
}

TEST(Tracks, AreCountedEach) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const std::vector<Sent> sent = {
      // Track 0 in the classic form, as OBS has it; track 1 in a multitrack; then both in one message.
      video(0, "17 00 000000 01"),
      video(0, "96 00 'hvc1' 01 01"),
      video(0,
            "94 'avc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 0008'bitDepth' 00 4024000000000000 000009"
            " 000009"),
      audio(0, "90 'Opus' 'OpusHead'"),
      audio(0, "94 'Opus' 01 06 0000003F"),
      video(0, "17 01 000000 65"),
      video(0, "96 01 'hvc1' 01 000000 2601"),
      audio(10, "97 02 0186A0 01 'Opus' FC"),
      video(40, "A6 23 'avc1' 00 000001 41 'hvc1' 01 000002 0201"),
      video(80, "96 13 'av01' 00 FFFFFF 12"),  // of no use to anybody
  };
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(sent.size()));  // the file header, and all but the last

  const auto stats = stats_of(pipeline.src());
  EXPECT_EQ(text(stats.get(), "video-codec"), "H.264");
  EXPECT_EQ(text(stats.get(), "audio-codec"), "Opus");
  EXPECT_EQ(number(stats.get(), "malformed"), 1u);
  EXPECT_EQ(number(stats.get(), "nano-offsets"), 1u);
  EXPECT_EQ(number(stats.get(), "key-frames"), 2u);
  const GstStructure* first = track(stats.get(), "video-tracks", 0);
  const GstStructure* second = track(stats.get(), "video-tracks", 1);
  const GstStructure* sound = track(stats.get(), "audio-tracks", 0);
  ASSERT_TRUE(first && second && sound);
  EXPECT_FALSE(track(stats.get(), "video-tracks", 2));
  EXPECT_FALSE(track(stats.get(), "audio-tracks", 1));

  EXPECT_EQ(small_number(first, "id"), 0u);
  EXPECT_EQ(text(first, "codec"), "H.264");
  EXPECT_EQ(number(first, "frames"), 2u);
  EXPECT_EQ(number(first, "key-frames"), 1u);
  EXPECT_EQ(small_number(first, "bit-depth"), 10u);
  EXPECT_EQ(small_number(second, "id"), 1u);
  EXPECT_EQ(text(second, "codec"), "H.265");
  EXPECT_EQ(number(second, "frames"), 2u);
  EXPECT_EQ(number(second, "key-frames"), 1u);
  EXPECT_EQ(number(second, "bytes"), 1u + 2u + 2u);
  EXPECT_FALSE(gst_structure_has_field(second, "bit-depth"));
  EXPECT_EQ(text(sound, "codec"), "Opus");
  EXPECT_EQ(number(sound, "frames"), 1u);
  EXPECT_EQ(small_number(sound, "channels"), 6u);
  EXPECT_EQ(small_number(sound, "channel-places"), 0x3Fu);
}

TEST(Enhanced, IsRecordedAsItWasSent) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const std::vector<Sent> sent = {video(0, "90 'av01' 81"), audio(0, "90 'Opus' 01"),
                                  video(0, "97 02 0F423F 01 'av01' 12"),
                                  video(40, "A6 11 'av01' 00 000001 12")};
  ASSERT_TRUE(send_all(publisher, sent));
  publisher.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(NoEnhanced, ThePublisherIsToldAndTheNextOneGoesOn) {
  for (const char* properties : {"enhanced=false", "enhanced=false keep-listening=true"}) {
    SCOPED_TRACE(properties);
    TestPipeline pipeline(properties);
    SignalLog log(pipeline.src(), pipeline.pipeline());
    pipeline.play();
    const auto classic = made_up_stream(5);
    TcpPublisher refused(pipeline.port());
    ASSERT_EQ(refused.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(refused, classic));
    ASSERT_TRUE(pipeline.wait_for_buffers(1 + classic.size()));
    ASSERT_TRUE(send_all(refused, {video(5000, "90 'av01' 81")}));
    EXPECT_EQ(refused.next_status(), kRejected);
    EXPECT_EQ(refused.description(), "Not taken here: av01 (AV1) as Enhanced RTMP");
    EXPECT_EQ(refused.wait_for_end(), ErrorCode::kEndOfStream);

    TcpPublisher next(pipeline.port());
    ASSERT_EQ(next.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(next, classic));
    ASSERT_TRUE(pipeline.wait_for_buffers(1 + 2 * classic.size()));
    EXPECT_FALSE(pipeline.pushed_eos());
  }
}

// flvmux repeats its metadata, up to five times a second. flvdemux 1.28 drops AAC's configuration at each.
TEST(NoEnhanced, PassesEachPublishersFirstMetadataOnly) {
  for (const bool enhanced : {true, false}) {
    TestPipeline pipeline(enhanced ? "keep-listening=true" : "keep-listening=true enhanced=false");
    pipeline.play();
    auto sent = made_up_stream(5);
    const std::size_t kept = sent.size();
    sent.insert(sent.begin() + 6, 3, metadata({{"width", AmfValue::number(640)}}));
    for (std::size_t publisher = 1; publisher <= 2; ++publisher) {
      TcpPublisher client(pipeline.port());
      ASSERT_EQ(client.publish("live", "key"), kStart);
      ASSERT_TRUE(send_all(client, sent));
      ASSERT_TRUE(pipeline.wait_for_buffers(1 + publisher * (enhanced ? sent.size() : kept)));
      ASSERT_TRUE(client.unpublish());
      EXPECT_EQ(client.next_status(), "NetStream.Unpublish.Success");
    }
    const auto pushed = pipeline.pushed();
    EXPECT_EQ(pushed.size(), 1 + 2 * (enhanced ? sent.size() : kept));
    EXPECT_EQ(
        std::ranges::count_if(
            pushed, [&](const auto& buffer) { return buffer.bytes.find("onMetaData") != std::string::npos; }),
        enhanced ? 8 : 2);
    EXPECT_EQ(number(stats_of(pipeline.src()).get(), "dropped-repeated-metadata"), enhanced ? 0u : 6u);
  }
}

TEST(NoEnhanced, IsNotOffered) {
  for (const bool enhanced : {true, false}) {
    TestPipeline pipeline(enhanced ? "" : "enhanced=false");
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.connect({.app = "live", .caps_ex = 15}), "NetConnection.Connect.Success");
    EXPECT_EQ(publisher.information("videoFourCcInfoMap") != "", enhanced);
  }
}

// The element's warnings, until its own error.
std::vector<std::string> warnings_before_error(const TestPipeline& pipeline) {
  std::vector<std::string> warnings;
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  bool failed = false;
  while (!failed) {
    GstMessage* message = gst_bus_timed_pop_filtered(
        bus, 20 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
    if (!message) break;
    if (GST_MESSAGE_SRC(message) == GST_OBJECT(pipeline.src())) {
      GError* warning = nullptr;
      failed = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
      if (!failed) {
        gst_message_parse_warning(message, &warning, nullptr);
        warnings.emplace_back(warning->message);
        g_error_free(warning);
      }
    }
    gst_message_unref(message);
  }
  EXPECT_TRUE(failed);
  gst_object_unref(bus);
  return warnings;
}

TEST(Downstream, ThatFailsWhenACodecBeginsIsExplained) {
  const std::vector<Sent> av1{video(0, "90 'av01' 81"), video(0, "91 'av01' 12")};
  const std::vector<Sent> hevc{video(5000, "1C 00 000000 01"), video(5000, "1C 01 000000 26")};
  const auto classic = made_up_stream(10);
  auto changes = classic;
  changes.insert(changes.end(), hevc.begin(), hevc.end());
  auto long_ago = av1;
  for (const Sent& message : made_up_stream(200)) long_ago.push_back(message);
  const struct {
    std::vector<Sent> sent;
    std::size_t fails_after;
    std::string codec;
  } cases[] = {{av1, 1, "av01 (AV1) as Enhanced RTMP"},
               {changes, 1 + classic.size(), "H.265 as codec 12"},
               {classic, 5, ""},
               {long_ago, 350, ""}};
  for (const auto& [sent, fails_after, codec] : cases) {
    SCOPED_TRACE(codec);
    TestPipeline pipeline(
        "", "identity error-after=" + std::to_string(fails_after + 1) + " ! fakesink sync=false");
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    (void)send_all(publisher, sent);  // it is closed in the midst of it
    const auto warnings = warnings_before_error(pipeline);
    ASSERT_EQ(warnings.size(), codec.empty() ? 0u : 1u);
    if (codec.empty()) continue;
    EXPECT_NE(warnings[0].find(codec), std::string::npos) << warnings[0];
    EXPECT_NE(warnings[0].find("enhanced=false"), std::string::npos) << warnings[0];
  }
}

// The reason for the property: GStreamer 1.22's flvdemux fails at the first extended header.
TEST(NoEnhanced, FlvdemuxOutlivesAPublisherOfAv1) {
  const std::string demuxer =
      "flvdemux name=d d.video ! fakesink sync=false async=false d.audio ! fakesink sync=false async=false";
  const std::string media = real_media(1);
  const auto publish = [&](const TestPipeline& pipeline) {
    return run({"ffmpeg", "-nostdin", "-loglevel", "error", "-i", media, "-c", "copy", "-f", "flv",
                "rtmp://127.0.0.1:" + std::to_string(pipeline.port()) + "/live/key"});
  };
  for (const bool enhanced : {true, false}) {
    TestPipeline pipeline(enhanced ? "" : "enhanced=false", demuxer);
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(publisher, {video(0, "90 'av01' 81"), video(0, "93 'av01' 12")}));
    if (enhanced) {
      // A GStreamer that has learned it ends here, and the property with it.
      EXPECT_EQ(warnings_before_error(pipeline).size(), 1u);
      continue;
    }
    EXPECT_EQ(publisher.next_status(), kRejected);
    EXPECT_EQ(publish(pipeline), "");
    EXPECT_EQ(pipeline.wait(), "eos");
  }
}

}  // namespace
}  // namespace rtmp::test
