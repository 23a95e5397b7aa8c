// SPDX-License-Identifier: LGPL-2.1-or-later
// FLV bytes come to eflvdemux cut anywhere, and damaged: each whole tag is found.
#include <gtest/gtest.h>

#include "demux_harness.h"
#include "flv_tags.h"
#include "memory_stream.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

/// What comes out of a file of H.264 and AAC.
struct Output {
  std::string video;
  std::string audio;
  std::vector<GstClockTime> video_pts;
  std::vector<GstClockTime> audio_pts;

  explicit Output(DemuxHarness& demux) {
    if (demux.has("video_0")) {
      video = demux.pad("video_0").bytes();
      video_pts = demux.pad("video_0").pts();
    }
    if (demux.has("audio_0")) {
      audio = demux.pad("audio_0").bytes();
      audio_pts = demux.pad("audio_0").pts();
    }
  }
  friend bool operator==(const Output&, const Output&) = default;
};

Output expected(const std::vector<Sent>& sent) {
  DemuxHarness demux;
  demux.begin();
  demux.push(sent);
  demux.end();
  return Output(demux);
}

void push_in_pieces(DemuxHarness& demux, const std::string& bytes, const SplitPoints& splits) {
  std::size_t at = 0;
  for (const std::size_t split : splits) {
    if (split <= at || split >= bytes.size()) continue;
    demux.push(bytes.substr(at, split - at));
    at = split;
  }
  demux.push(bytes.substr(at));
}

TEST(Framing, ABufferEachTag) {
  const Output output = expected(avc_and_aac(3));
  EXPECT_EQ(output.video, "picture 0;picture 1;picture 2;");
  EXPECT_EQ(output.audio, "sound 0;sound 1;sound 2;");
  EXPECT_EQ(output.video_pts, (std::vector<GstClockTime>{0, 40 * GST_MSECOND, 80 * GST_MSECOND}));
  EXPECT_EQ(output.audio_pts, output.video_pts);
}

TEST(Framing, ManyBuffersAtOnce) {
  auto sent = avc_and_aac(200);
  sent.push_back(audio(8000, "AF 00 1190"));
  sent.push_back(aac_frame(8000, "of another rate"));
  DemuxHarness demux;
  demux.begin();
  EXPECT_EQ(demux.push_list(sent), GST_FLOW_OK);
  EXPECT_TRUE(Output(demux) == expected(sent));
  EXPECT_EQ(demux.pad("audio_0").caps.size(), 2u);
  EXPECT_EQ(std::vector(demux.pad("audio_0").log.end() - 3, demux.pad("audio_0").log.end()),
            (std::vector<std::string>{"frame", "caps", "frame"}));
  demux.answer("audio_0", GST_FLOW_ERROR);
  EXPECT_EQ(demux.push_list({avc_frame(8040, true, "a"), aac_frame(8040, "b")}), GST_FLOW_ERROR);
}

TEST(Framing, BytesCutAnywhere) {
  const auto sent = avc_and_aac(30);
  const std::string file = flv_file(sent);
  const Output output = expected(sent);
  std::vector<SplitPoints> ways{
      {}, split_every(1, file.size()), split_every(2, file.size()), split_every(4096, file.size())};
  for (std::uint32_t seed = 1; seed < 20; ++seed) ways.push_back(split_randomly(seed, file.size()));
  for (std::size_t size = 10; size < 60; ++size) ways.push_back(split_every(size, file.size()));
  for (std::size_t way = 0; way < ways.size(); ++way) {
    SCOPED_TRACE(way);
    DemuxHarness demux;
    demux.begin();
    push_in_pieces(demux, file, ways[way]);
    demux.end();
    EXPECT_TRUE(Output(demux) == output);
    EXPECT_EQ(demux.stat("passed-over-bytes"), 0u);
  }
}

TEST(Framing, WithoutAFileHeader) {
  const auto sent = avc_and_aac(3);
  DemuxHarness demux;
  demux.begin();
  demux.push(flv_file(sent).substr(flv_file_header().size()));
  demux.end();
  EXPECT_TRUE(Output(demux) == expected(sent));
}

TEST(Framing, ALastTagWithoutTheSizeBehindIt) {
  const auto sent = avc_and_aac(3);
  std::string file = flv_file(sent);
  file.resize(file.size() - 4);
  DemuxHarness demux;
  demux.begin();
  demux.push(file);
  demux.end();
  EXPECT_TRUE(Output(demux) == expected(sent));
}

// Some muxers write nothing, or something else, there.
TEST(Framing, WrongSizesBehindTags) {
  const auto sent = avc_and_aac(3);
  std::string file = flv_file_header();
  for (const Sent& message : sent) {
    const std::string bytes = message.tag();
    file += bytes.substr(0, bytes.size() - 4) + "\0\0\0\0"s;
  }
  for (const std::size_t size : {1, 7, 4096}) {
    SCOPED_TRACE(size);
    DemuxHarness demux;
    demux.begin();
    push_in_pieces(demux, file, split_every(size, file.size()));
    demux.end();
    EXPECT_TRUE(Output(demux) == expected(sent));
  }
}

std::vector<std::string> garbage() {
  std::string looks_like_a_tag = "\x09\xFF\xFF\xFF\0\0\0\0\0\0\0"s;
  std::string many;
  for (int i = 0; i < 500; ++i) many += looks_like_a_tag;
  return {"\x08"s,
          "\0"s,
          "FLV"s,
          "FLV\x01\xFF\xFF\xFF\xFF\xFF"s,
          std::string(1000, '\xFF'),
          std::string(1000, '\x09'),
          std::string(100000, '\0'),
          looks_like_a_tag,
          many,
          avc_frame(0, true, "cut off").tag().substr(0, 14),
          aac_frame(0, "cut off").tag().substr(3)};
}

TEST(Framing, AfterGarbageTheNextTagIsFound) {
  const auto sent = avc_and_aac(30);
  std::string clean = flv_file_header();
  for (std::size_t i = 0; i < 20; ++i) clean += sent[i].tag();
  std::string rest;
  for (std::size_t i = 20; i < sent.size(); ++i) rest += sent[i].tag();
  for (const std::string& junk : garbage()) {
    for (const std::size_t size : {1, 13, 4096, 1 << 20}) {
      SCOPED_TRACE(std::to_string(junk.size()) + " bytes, by " + std::to_string(size));
      const std::string file = clean + junk + rest;
      DemuxHarness demux;
      demux.begin();
      push_in_pieces(demux, file, split_every(size, file.size()));
      demux.end();
      const Output output(demux);
      EXPECT_TRUE(output == expected(sent));
      EXPECT_EQ(demux.stat("passed-over-bytes"), junk.size());
      EXPECT_TRUE(demux.messages(GST_MESSAGE_ERROR).empty());
    }
  }
}

TEST(Framing, ADiscontinuityEndsATagThatIsNotWhole) {
  const auto sent = avc_and_aac(2);
  DemuxHarness demux;
  demux.begin();
  demux.push(sent);
  const std::string cut = avc_frame(200, false, std::string(1000, 'x')).tag();
  demux.push(cut.substr(0, 500));
  demux.push(avc_frame(300, true, "next").tag(), GST_CLOCK_TIME_NONE, GST_BUFFER_FLAG_DISCONT);
  demux.end();
  EXPECT_EQ(demux.pad("video_0").bytes(), "picture 0;picture 1;next");
  EXPECT_TRUE(demux.pad("video_0").frames.back().flags & GST_BUFFER_FLAG_DISCONT);
}

// A frame that came in one buffer is a part of it.
TEST(Framing, SharesTheMemoryOfWhatCame) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header()});
  const std::string bytes = avc_frame(0, true, "a picture").tag();
  auto* memory = static_cast<char*>(g_memdup2(bytes.data(), bytes.size()));
  GstElement* element = demux.element();
  GstPad* pad = gst_element_get_static_pad(element, "video_0");
  ASSERT_TRUE(pad);
  const void* data = nullptr;
  const gulong probe = gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer into) {
        GstMapInfo map;
        gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_READ);
        *static_cast<const void**>(into) = map.data;
        gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
        return GST_PAD_PROBE_OK;
      },
      &data, nullptr);
  demux.push(gst_buffer_new_wrapped(memory, bytes.size()));
  EXPECT_EQ(data, memory + 11 + 5);
  gst_pad_remove_probe(pad, probe);
  gst_object_unref(pad);
}

}  // namespace
}  // namespace rtmp::test
