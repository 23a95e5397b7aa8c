// SPDX-License-Identifier: LGPL-2.1-or-later
// More channels than two, through eflvdemux and each muxer: AAC and Opus keep their channels and places.
#include <gtest/gtest.h>

#include <filesystem>

#include "eflv_muxer.h"
#include "encoder.h"
#include "process.h"
#include "publish.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

std::vector<Sent> aac(const std::string& layout) {
  const std::string file = scratch("aac" + layout + ".flv");
  if (!std::filesystem::exists(file))
    run({"ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000",
         "-af", "aformat=channel_layouts=" + layout, "-c:a", "aac", file});
  return messages(file);
}

std::vector<Sent> opus(const std::string& channels) {
  const Encoded encoded = encode(
      "audiotestsrc num-buffers=48 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=" + channels +
      " ! opusenc");
  return mux({{.medium = MessageType::kAudio,
               .fourcc = "Opus",
               .configuration = encoded.streamheader.at(0),
               .units = encoded.units}},
             TagForm::kPlain);
}

/// What a muxer makes of a publisher: channels, and where FFmpeg sees them.
std::string written(const std::vector<Sent>& sent, const std::string& parser, const std::string& muxer) {
  const std::string file = scratch("channels");
  TestPipeline pipeline("", "eflvdemux ! " + parser + " ! " + muxer + " ! filesink location=" + file);
  pipeline.play();
  EXPECT_TRUE(publish(pipeline.port(), "key", sent));
  EXPECT_EQ(pipeline.wait(), "eos");
  const std::string told = run(
      {"ffprobe", "-v", "quiet", "-show_entries", "stream=channels,channel_layout", "-of", "csv=p=0", file});
  return told.substr(0, told.find('\n'));
}

struct Layout {
  const char* name;  // FFmpeg's
  const char* channels;
};

// Of AAC, in front of whose AudioSpecificConfig a message has two bytes.
int channel_configuration(const std::vector<Sent>& sent) {
  const auto header = std::ranges::find_if(sent, [](const Sent& message) {
    return message.type == MessageType::kAudio && message.body.size() > 3 && message.body[1] == 0;
  });
  return header == sent.end() ? 0 : header->body[3] >> 3 & 15;
}

class Channels : public testing::TestWithParam<const char*> {};

// ADTS, which mpegtsmux writes, has three bits for it. FFmpeg 9 writes 12 for 7.1, and FFmpeg 5.1 writes 7.
TEST_P(Channels, OfAacStayWhereTheyAre) {
  for (const Layout& layout : {Layout{"mono", "1"}, {"3.0", "3"}, {"5.0", "5"}, {"5.1", "6"}, {"7.1", "8"}}) {
    const std::vector<Sent> sent = aac(layout.name);
    if (GetParam() == std::string("mpegtsmux") && channel_configuration(sent) > 7) continue;
    EXPECT_EQ(written(sent, "aacparse", GetParam()), layout.channels + std::string(",") + layout.name);
  }
}

TEST_P(Channels, OfOpusAreOfTheSameNumber) {
  for (const char* channels : {"1", "2", "6"}) {
    const std::string told = written(opus(channels), "opusparse", GetParam());
    EXPECT_EQ(told.substr(0, told.find(',')), channels);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Channels, testing::Values("mp4mux", "matroskamux", "mpegtsmux"),
                         [](const auto& tested) { return std::string(tested.param); });

// mpegtsmux (1.22) takes no Opus of eight channels, and has no place for the program_config_element that says
// the channels where channelConfiguration is 0.
class ManyChannels : public testing::TestWithParam<const char*> {};

TEST_P(ManyChannels, AreOfTheSameNumber) {
  for (const Layout& layout : {Layout{"hexagonal", "6"}, {"6.1", "7"}, {"octagonal", "8"}}) {
    const std::string told = written(aac(layout.name), "aacparse", GetParam());
    EXPECT_EQ(told.substr(0, told.find(',')), layout.channels) << layout.name;
  }
  const std::string told = written(opus("8"), "opusparse", GetParam());
  EXPECT_EQ(told.substr(0, told.find(',')), "8");
}

INSTANTIATE_TEST_SUITE_P(All, ManyChannels, testing::Values("mp4mux", "matroskamux"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace rtmp::test
