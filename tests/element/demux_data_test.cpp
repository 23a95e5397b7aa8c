// SPDX-License-Identifier: LGPL-2.1-or-later
// Data messages in FLV: metadata that becomes tags, and others that become messages, buffers and times.
#include <gtest/gtest.h>

#include <limits>

#include "demux_harness.h"
#include "flv_tags.h"

namespace rtmp::test {
namespace {

Sent data(std::uint32_t timestamp, std::string_view notation) {
  return tag(MessageType::kData, timestamp, notation);
}
const Sent kText = data(40, "02 000A'onTextData' 03 0004'text' 02 0005'hello' 000009");

std::string tag_text(const DemuxHarness::Pad& pad, const char* name) {
  std::string found;
  for (const GstTagList* tags : pad.tags) {
    gchar* text = nullptr;
    if (gst_tag_list_get_string(tags, name, &text)) found = text;
    g_free(text);
  }
  return found;
}
guint tag_number(const DemuxHarness::Pad& pad, const char* name) {
  guint found = 0;
  for (const GstTagList* tags : pad.tags) {
    guint number = 0;
    if (gst_tag_list_get_uint(tags, name, &number)) found = number;
  }
  return found;
}

Sent described() {
  return metadata({{"encoder", AmfValue::string("obs-output module")},
                   {"title", AmfValue::string("A \xFF title")},
                   {"videodatarate", AmfValue::number(2500)},
                   {"audiodatarate", AmfValue::number(160)},
                   {"audioTrackIdInfoMap",
                    AmfValue::object({{"1", AmfValue::object({{"language", AmfValue::string("de-AT")},
                                                              {"audiodatarate", AmfValue::number(96)}})}})}});
}

TEST(Metadata, BecomesTags) {
  for (const bool late : {false, true}) {
    SCOPED_TRACE(late);
    DemuxHarness demux;
    demux.begin();
    if (!late) demux.push({described()});
    demux.push({avc_header(), aac_header(), audio(0, "95 00 'mp4a' 01 1210"), avc_frame(0, true, "a"),
                aac_frame(0, "b"), audio(0, "95 01 'mp4a' 01 21")});
    if (late) demux.push({described()});
    for (const auto& pad : demux.pads()) {
      EXPECT_EQ(tag_text(pad, GST_TAG_ENCODER), "obs-output module");
      EXPECT_EQ(tag_text(pad, GST_TAG_TITLE), "A \xEF\xBF\xBD title");
    }
    EXPECT_NE(tag_text(demux.pad("video_0"), GST_TAG_VIDEO_CODEC), "");
    EXPECT_NE(tag_text(demux.pad("audio_0"), GST_TAG_AUDIO_CODEC), "");
    EXPECT_EQ(tag_number(demux.pad("video_0"), GST_TAG_NOMINAL_BITRATE), 2'500'000u);
    EXPECT_EQ(tag_number(demux.pad("audio_0"), GST_TAG_NOMINAL_BITRATE), 160'000u);
    EXPECT_EQ(tag_number(demux.pad("audio_1"), GST_TAG_NOMINAL_BITRATE), 96'000u);
    EXPECT_EQ(tag_text(demux.pad("audio_1"), GST_TAG_LANGUAGE_CODE), "de");
    EXPECT_EQ(tag_text(demux.pad("audio_0"), GST_TAG_LANGUAGE_CODE), "");
  }
}

TEST(Metadata, ThatIsRepeatedIsToldOnce) {
  DemuxHarness demux;
  demux.begin();
  demux.push({described(), avc_header(), avc_frame(0, true, "a")});
  const std::size_t told = demux.pad("video_0").tags.size();
  for (int i = 0; i < 20; ++i) demux.push({described()});
  EXPECT_EQ(demux.pad("video_0").tags.size(), told);
}

// Upstream's come before any pad, and the metadata comes again.
TEST(Metadata, HasTheTagsOfUpstreamBesideIt) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  GstTagList* tags = gst_tag_list_new(GST_TAG_LOCATION, "rtmpserver://:1935/live", nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);
  demux.push(gst_event_new_tag(tags));
  demux.push({avc_header(), avc_frame(0, true, "a")});
  EXPECT_EQ(tag_text(demux.pad("video_0"), GST_TAG_LOCATION), "rtmpserver://:1935/live");
  demux.push({described(), avc_frame(40, false, "b")});
  GstTagList* last = nullptr;
  for (GstTagList* told : demux.pad("video_0").tags)
    if (gst_tag_list_get_scope(told) == GST_TAG_SCOPE_GLOBAL) last = told;
  ASSERT_TRUE(last);
  EXPECT_EQ(gst_tag_list_get_tag_size(last, GST_TAG_LOCATION), 1u);
  EXPECT_EQ(gst_tag_list_get_tag_size(last, GST_TAG_ENCODER), 1u);
}

TEST(Metadata, OfAnyNumbersIsHarmless) {
  for (const double rate : {-1.0, 0.0, 1e300, std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity()}) {
    DemuxHarness demux;
    demux.begin();
    demux.push(
        {metadata({{"videodatarate", AmfValue::number(rate)}, {"videocodecid", AmfValue::number(rate)}}),
         avc_header(), avc_frame(0, true, "a")});
    EXPECT_EQ(tag_number(demux.pad("video_0"), GST_TAG_NOMINAL_BITRATE), 0u);
  }
}

TEST(DataMessages, AreToldOnTheBus) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), avc_frame(0, true, "a"), kText,
              data(80, "02 0001'\"' 0A 00000003 00 7FF8000000000000 01 01 05 0B 4059000000000000 0000")});
  const auto told = demux.messages(GST_MESSAGE_ELEMENT);
  ASSERT_EQ(told.size(), 2u);
  for (const auto& [text, json] : {std::pair(told[0], R"({"name":"onTextData","values":[{"text":"hello"}]})"),
                                   std::pair(told[1], R"({"name":"\"","values":[[null,true,null],100]})")}) {
    GstStructure* structure = gst_structure_from_string(text.c_str(), nullptr);
    ASSERT_TRUE(structure) << text;
    EXPECT_STREQ(gst_structure_get_name(structure), "flv-data");
    EXPECT_STREQ(gst_structure_get_string(structure, "json"), json);
    gst_structure_free(structure);
  }
}

TEST(DataMessages, AreNotToldWithoutEnd) {
  DemuxHarness demux;
  demux.begin();
  for (int i = 0; i < 1000; ++i) demux.push({kText});
  const std::size_t told = demux.messages(GST_MESSAGE_ELEMENT).size();
  EXPECT_GT(told, 0u);
  EXPECT_LE(told, 500u);
  EXPECT_EQ(demux.stat("dropped-data"), 1000u - told);
}

// Publishers send onFI with each frame.
TEST(DataMessages, OfOneNameLeaveRoomForOthers) {
  DemuxHarness demux;
  demux.begin();
  for (int i = 0; i < 1000; ++i) demux.push({data(0, "02 0004'onFI' 05")});
  demux.push({kText});
  EXPECT_NE(demux.messages(GST_MESSAGE_ELEMENT).back().find("onTextData"), std::string::npos);
}

TEST(DataMessages, OfManyNamesAreNotToldWithoutEnd) {
  DemuxHarness demux;
  demux.begin();
  for (int i = 0; i < 10'000; ++i) {
    gchar* name = g_strdup_printf("02 0004'%04d' 05", i);
    demux.push({data(0, name)});
    g_free(name);
  }
  const std::size_t told = demux.messages(GST_MESSAGE_ELEMENT).size();
  EXPECT_LE(told, 5000u);
  EXPECT_EQ(demux.stat("dropped-data"), 10'000u - told);
}

TEST(DataMessages, HaveAPadWhereAsked) {
  const struct {
    const char* form;
    std::string caps, bytes;
  } cases[] = {{"json", "application/x-json, format=(string)flv-data",
                R"({"name":"onTextData","values":[{"text":"hello"}]})"},
               {"amf", "application/x-amf, version=(int)0", kText.body}};
  for (const auto& [form, caps, bytes] : cases) {
    SCOPED_TRACE(form);
    DemuxHarness demux(std::string("data-pads=") + form);
    demux.begin();
    demux.push({avc_header(), avc_frame(0, true, "a"), kText, kText});
    const auto& pad = demux.pad("data_0");
    EXPECT_EQ(pad.caps, std::vector<std::string>{caps});
    ASSERT_EQ(pad.frames.size(), 2u);
    EXPECT_EQ(pad.frames[0].bytes, bytes);
    EXPECT_EQ(pad.frames[0].pts, 40 * GST_MSECOND);
    demux.end();
    EXPECT_EQ(pad.log.back(), "eos");
  }
}

TEST(DataMessages, ThatAreNoneAreCounted) {
  DemuxHarness demux("data-pads=json");
  demux.begin();
  demux.push({data(0, ""),
              data(0, "FF"),
              data(0, "00 0000000000000000"),
              data(0, "02 FFFF 00"),
              {MessageType::kData, 0, std::string(100'000, '\x02')}});
  EXPECT_EQ(demux.stat("malformed"), 5u);
  EXPECT_TRUE(demux.messages(GST_MESSAGE_ELEMENT).empty());
  EXPECT_TRUE(demux.pads().empty());
}

TEST(FrameInformation, SaysWhenFramesWereTaken) {
  DemuxHarness demux;
  demux.begin();
  demux.push(
      {avc_header(),
       data(1000, "02 0004'onFI' 03 0002'sd' 02 000A'26-11-2026' 0002'st' 02 000C'10:52:12.345' 000009"),
       data(1000, "02 0004'onFI' 03 0002'sd' 02 000A'99-99-9999' 0002'st' 02 000C'aa:bb:cc.ddd' 000009")});
  GstPad* pad = gst_element_get_static_pad(demux.element(), "video_0");
  ASSERT_TRUE(pad);
  GstClockTime taken = 0;
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer into) {
        const auto* meta = gst_buffer_get_reference_timestamp_meta(GST_PAD_PROBE_INFO_BUFFER(info), nullptr);
        if (meta) *static_cast<GstClockTime*>(into) = meta->timestamp;
        return GST_PAD_PROBE_OK;
      },
      &taken, nullptr);
  demux.push({avc_frame(1500, true, "a")});
  EXPECT_EQ(taken, GstClockTime{1'795'690'332} * GST_SECOND + 845 * GST_MSECOND);
  // The next publisher has a clock of its own.
  taken = 0;
  demux.push({avc_header(2000)}, GST_BUFFER_FLAG_DISCONT);
  demux.push({avc_frame(2000, true, "b")});
  EXPECT_EQ(demux.pad("video_0").bytes(), "ab");
  EXPECT_EQ(taken, 0u);
  gst_object_unref(pad);
}

}  // namespace
}  // namespace rtmp::test
