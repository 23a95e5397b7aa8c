// SPDX-License-Identifier: LGPL-2.1-or-later
// The codecs of FLV 10.1 that FFmpeg encodes: what it publishes comes out of eflvdemux so that GStreamer's
// decoders make of it what FFmpeg makes of the file.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "branches.h"
#include "clients.h"
#include "process.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

struct Codec {
  const char* name;
  Words encoder;           // FFmpeg's, with its options
  const char* decoder;     // GStreamer's
  const char* format;      // in which FFmpeg writes what it has decoded
  Words ffmpeg_decoder{};  // if it is not FFmpeg's default
};

void PrintTo(const Codec& of, std::ostream* out) { *out << of.name; }

bool is_video(const Codec& codec) { return codec.encoder[0] == "-c:v"; }

Words joined(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Words kQuiet{"ffmpeg", "-nostdin", "-y", "-loglevel", "error"};

std::string published_file(const Codec& codec) {
  const std::string file = scratch(std::string(codec.name) + ".flv");
  const std::string source = is_video(codec) ? "testsrc2=size=96x80:rate=25:duration=1" : "sine=duration=1";
  EXPECT_EQ(run(joined({kQuiet, {"-f", "lavfi", "-i", source}, codec.encoder, {file}})), "");
  return file;
}

std::string decoded_by_ffmpeg(const Codec& codec, const std::string& file) {
  const std::string raw = scratch(std::string(codec.name) + ".raw");
  EXPECT_EQ(run(joined({kQuiet, codec.ffmpeg_decoder, {"-i", file, "-f", codec.format, raw}})), "");
  std::ifstream in(raw, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class ClassicCodec : public testing::TestWithParam<Codec> {};

TEST_P(ClassicCodec, IsDecodedAsFfmpegDoes) {
  const Codec& codec = GetParam();
  const std::string file = published_file(codec);
  TestPipeline pipeline("", "eflvdemux name=demux");
  const Branches branches(pipeline.pipeline(), [&](auto&) {
    return std::string(codec.decoder) + " ! fakesink name=sink sync=false async=false";
  });
  pipeline.play();
  Process client(ffmpeg_publish(file, local_url(pipeline.port())));
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(client.wait(), "");
  const auto records = branches.records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].name, is_video(codec) ? "video_0" : "audio_0");
  std::string decoded;
  for (const SinkRecord::Frame& frame : records[0].frames) decoded += frame.bytes;
  const std::string expected = decoded_by_ffmpeg(codec, file);
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(decoded.size(), expected.size());
  EXPECT_TRUE(decoded == expected);
}

Words video(const char* encoder) { return {"-c:v", encoder}; }
Words audio(const char* encoder, const char* rate, const char* channels) {
  return {"-c:a", encoder, "-ar", rate, "-ac", channels};
}

// Of Screen video 2, avdec_flashsv2 (1.22) makes something else: it does not tell FFmpeg's decoder which
// frames are key frames. No encoder of VP6 is free.
INSTANTIATE_TEST_SUITE_P(
    All, ClassicCodec,
    testing::Values(Codec{"Sorenson", video("flv"), "avdec_flv", "rawvideo"},
                    Codec{"ScreenVideo", video("flashsv"), "avdec_flashsv", "rawvideo"},
                    Codec{"AdpcmMono", audio("adpcm_swf", "11025", "1"), "avdec_adpcm_swf", "s16le"},
                    Codec{"AdpcmStereo", audio("adpcm_swf", "22050", "2"), "avdec_adpcm_swf", "s16le"},
                    Codec{"Nellymoser8k", audio("nellymoser", "8000", "1"), "avdec_nellymoser", "f32le"},
                    Codec{"Nellymoser16k", audio("nellymoser", "16000", "1"), "avdec_nellymoser", "f32le"},
                    Codec{"Nellymoser22k", audio("nellymoser", "22050", "1"), "avdec_nellymoser", "f32le"},
                    Codec{
                        "Speex", audio("libspeex", "16000", "1"), "speexdec", "s16le", {"-c:a", "libspeex"}},
                    Codec{"ALaw", audio("pcm_alaw", "8000", "1"), "alawdec", "s16le"},
                    Codec{"MuLaw", audio("pcm_mulaw", "8000", "2"), "mulawdec", "s16le"},
                    Codec{"Pcm8", audio("pcm_u8", "11025", "1"), "identity", "u8"},
                    Codec{"Pcm16", audio("pcm_s16le", "44100", "2"), "identity", "s16le"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rtmp::test
