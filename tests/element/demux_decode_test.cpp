// SPDX-License-Identifier: LGPL-2.1-or-later
// A stream of each codec that GStreamer's encoders make, published in each form that a tag may have, comes
// out of eflvdemux so that a decoder makes of it what it makes of the original.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

#include "branches.h"
#include "eflv_muxer.h"
#include "encoder.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

// Where a stream's configuration is.
enum class Configuration { kNone, kEmpty, kCodecData, kOpusHead, kFlac, kAv1, kVpx };

struct Codec {
  const char* name;
  const char* encoder;
  const char* decoder;
  MessageType medium;
  const char* fourcc;
  std::optional<unsigned> classic_id;
  Configuration configuration;
};

constexpr MessageType kVideo = MessageType::kVideo, kAudio = MessageType::kAudio;

constexpr Codec kCodecs[] = {
    {"H264",
     "x264enc speed-preset=ultrafast bframes=2 key-int-max=100 ! h264parse ! "
     "video/x-h264,stream-format=avc,alignment=au",
     "avdec_h264", kVideo, "avc1", 7, Configuration::kCodecData},
    {"H265",
     "x265enc speed-preset=ultrafast key-int-max=100 log-level=none ! h265parse ! "
     "video/x-h265,stream-format=hvc1,alignment=au",
     "avdec_h265", kVideo, "hvc1", 12, Configuration::kCodecData},
    {"AV1",
     "av1enc cpu-used=8 usage-profile=realtime ! av1parse ! "
     "video/x-av1,stream-format=obu-stream,alignment=tu",
     "av1dec",
     kVideo,
     "av01",
     {},
     Configuration::kAv1},
    {"VP8", "vp8enc deadline=1 cpu-used=16", "vp8dec", kVideo, "vp08", {}, Configuration::kVpx},
    {"VP9", "vp9enc deadline=1 cpu-used=8", "vp9dec", kVideo, "vp09", {}, Configuration::kVpx},
    {"AAC", "avenc_aac ! aacparse ! audio/mpeg,stream-format=raw", "avdec_aac", kAudio, "mp4a", 10,
     Configuration::kCodecData},
    {"MP3", "lamemp3enc ! mpegaudioparse", "mpg123audiodec", kAudio, ".mp3", 2, Configuration::kNone},
    {"Opus", "opusenc", "opusdec", kAudio, "Opus", {}, Configuration::kOpusHead},
    {"FLAC", "flacenc ! flacparse", "flacdec", kAudio, "fLaC", {}, Configuration::kFlac},
    {"AC3", "avenc_ac3 ! ac3parse", "avdec_ac3", kAudio, "ac-3", {}, Configuration::kEmpty},
    {"EAC3", "avenc_eac3 ! ac3parse", "avdec_eac3", kAudio, "ec-3", {}, Configuration::kEmpty},
};

const Codec& named(std::string_view name) {
  return *std::ranges::find_if(kCodecs, [&](const Codec& codec) { return codec.name == name; });
}

// So many samples are whole frames of Opus with what it puts in front of them: FLV cannot say that some are
// to be cut off at the end.
std::string described(const Codec& codec) {
  const std::string source = codec.medium == kVideo
                                 ? "videotestsrc pattern=ball num-buffers=12 ! "
                                   "video/x-raw,format=I420,width=96,height=80,framerate=25/1 ! "
                                 : "audiotestsrc num-buffers=24 samplesperbuffer=1707 ! "
                                   "audio/x-raw,rate=48000,channels=2 ! audioconvert ! ";
  return source + codec.encoder;
}

// The sequence header of AV1, which begins a stream behind its temporal delimiter, of two bytes; its size has
// one.
std::string av1_record(const std::string& first_unit) {
  constexpr std::size_t kDelimiter = 2;
  const auto size = static_cast<unsigned char>(first_unit[kDelimiter + 1]);
  return std::string("\x81\x00\x0C\x00", 4) + first_unit.substr(kDelimiter, 2u + size);
}

std::optional<std::string> configuration_of(const Codec& codec, const Encoded& encoded) {
  switch (codec.configuration) {
    case Configuration::kNone:
      return std::nullopt;
    case Configuration::kEmpty:
      return "";
    case Configuration::kCodecData:
      return encoded.codec_data;
    case Configuration::kOpusHead:
      return encoded.streamheader.at(0);
    case Configuration::kFlac: {
      const std::string& header = encoded.streamheader.at(0);  // as in Ogg, with a packet's header in front
      return header.substr(header.find("fLaC"));
    }
    case Configuration::kAv1:
      return av1_record(encoded.units.at(0).bytes);
    case Configuration::kVpx:
      return std::string("\x00\x0A\x80\x02\x02\x02\x00\x00", 8);  // 8 bits, 4:2:0
  }
  return std::nullopt;
}

struct Original {
  MuxedStream stream;
  std::vector<std::string> decoded;
};

// Each is encoded once.
const Original& original(const Codec& codec) {
  static std::map<std::string, Original> originals;
  const auto found = originals.find(codec.name);
  if (found != originals.end()) return found->second;
  const Encoded encoded = encode(described(codec));
  Original made{
      {codec.medium, codec.fourcc, codec.classic_id, configuration_of(codec, encoded), encoded.units},
      decode(encoded, codec.decoder)};
  return originals.emplace(codec.name, std::move(made)).first->second;
}

const char* name_of(TagForm form) {
  constexpr const char* kNames[] = {"classic", "plain", "nano", "one track", "many tracks", "many codecs"};
  return kNames[static_cast<int>(form)];
}

// Frames of pictures one by one, sound as one piece: its buffers may be cut elsewhere.
std::vector<std::string> comparable(MessageType medium, const std::vector<std::string>& raw) {
  if (medium == kVideo) return raw;
  return {std::accumulate(raw.begin(), raw.end(), std::string())};
}

// Publishes a track of each of these codecs, of one medium, and looks at what decoders make of them.
void expect_same(const std::vector<Codec>& tracks, TagForm form) {
  SCOPED_TRACE(name_of(form));
  std::vector<MuxedStream> streams;
  std::map<std::string, Codec> codecs;  // by their pads
  for (const Codec& codec : tracks) {
    const std::string medium = codec.medium == kVideo ? "video_" : "audio_";
    codecs.emplace(medium + std::to_string(streams.size()), codec);
    streams.push_back(original(codec).stream);
  }
  TestPipeline pipeline("", "eflvdemux name=demux");
  const Branches branches(pipeline.pipeline(), [&](const std::string& pad) {
    return std::string(codecs.at(pad).decoder) + " ! fakesink name=sink sync=false async=false";
  });
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  ASSERT_TRUE(send_all(publisher, mux(streams, form)));
  ASSERT_TRUE(publisher.unpublish());
  ASSERT_EQ(pipeline.wait(), "eos");

  const auto records = branches.records();
  ASSERT_EQ(records.size(), tracks.size());
  for (const SinkRecord& record : records) {
    const Codec& codec = codecs.at(record.name);
    std::vector<std::string> raw;
    for (const SinkRecord::Frame& frame : record.frames) raw.push_back(frame.bytes);
    const auto out = comparable(codec.medium, raw),
               expected = comparable(codec.medium, original(codec).decoded);
    ASSERT_EQ(out.size(), expected.size()) << record.name;
    for (std::size_t i = 0; i < out.size(); ++i) {
      EXPECT_FALSE(expected[i].empty());
      EXPECT_EQ(out[i].size(), expected[i].size()) << record.name << ", " << i;
      EXPECT_TRUE(out[i] == expected[i]) << record.name << ", " << i;
    }
  }
}

class Decoded : public testing::TestWithParam<Codec> {};

TEST_P(Decoded, IsTheSameInEachFormOfATag) {
  const Codec& codec = GetParam();
  ASSERT_FALSE(original(codec).decoded.empty());
  if (codec.classic_id) expect_same({codec}, TagForm::kClassic);
  expect_same({codec}, TagForm::kPlain);
  expect_same({codec}, TagForm::kNano);
  for (const TagForm form : {TagForm::kOneTrack, TagForm::kManyTracks, TagForm::kManyCodecs})
    expect_same({codec, codec}, form);
}

TEST(DecodedTogether, IsTheSameOfSeveralCodecsInOneTag) {
  for (const TagForm form : {TagForm::kOneTrack, TagForm::kManyCodecs}) {
    expect_same({named("VP8"), named("H264"), named("VP8")}, form);
    expect_same({named("AC3"), named("EAC3")}, form);
  }
  // Their units come at other times.
  expect_same({named("FLAC"), named("AAC"), named("MP3"), named("Opus"), named("EAC3")}, TagForm::kOneTrack);
}

std::string test_name(const testing::TestParamInfo<Codec>& codec) { return codec.param.name; }
INSTANTIATE_TEST_SUITE_P(All, Decoded, testing::ValuesIn(kCodecs), test_name);

}  // namespace
}  // namespace rtmp::test
