// SPDX-License-Identifier: LGPL-2.1-or-later
#include "oddities.h"

#include <utility>

#include "gst_version.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

Sent audio(std::string body) { return {MessageType::kAudio, 1000, std::move(body)}; }
Sent data(std::string body) { return {MessageType::kData, 1000, std::move(body)}; }
Sent data_amf3(std::string body) { return {MessageType::kDataAmf3, 1000, std::move(body)}; }
Sent aggregate(const std::vector<Sent>& inner) {
  std::string body;
  for (const Sent& message : inner) body += message.tag();
  return {MessageType::kAggregate, 1000, body};
}
// What flvdemux makes of frames of no bytes and of packet types that there are not: earlier, nothing.
std::size_t since_1_28(std::size_t frames) { return gst_is_at_least(28) ? frames : 0; }

std::vector<Sent> every_type_that_is_none() {
  std::vector<Sent> sent;
  for (const int type : {0, 7, 10, 14, 16, 19, 21, 23, 100, 255})
    sent.push_back({static_cast<MessageType>(type), 1000, "\x17\x01\0\0\0junk"s});
  return sent;
}

}  // namespace

Sent video(std::string body) { return {MessageType::kVideo, 1000, std::move(body)}; }

std::vector<Oddity> bodies() {
  const std::string filler(100, '\x55');
  return {
      {"EmptyVideo", {video("")}},
      {"EmptyVideoTenTimes", std::vector<Sent>(10, video(""))},
      {"EmptyAudio", {audio("")}},
      {"OneByteOfAKeyFrame", {video("\x17")}},
      {"OneByteOfAnInterFrame", {video("\x27")}},
      {"OneByteOfVideoOfNoCodec", {video("\0"s)}},
      {"OneByteOfVideoWithAllBits", {video("\xFF")}},
      {"OneByteOfAudio", {audio("\xAF")}},
      {"AvcHeaderCutShort", {video("\x17\x01"), video("\x17\x01\0"s), video("\x17\x01\0\0"s)}},
      {"AvcFrameWithoutNalUnits", {video("\x27\x01\0\0\0"s)}, since_1_28(1)},
      {"NalUnitsOfNoBytes", {video("\x27\x01\0\0\0\0\0\0\0\0\0\0\0"s)}, 1},
      {"NalUnitLongerThanItsMessage", {video("\x27\x01\0\0\0\xFF\xFF\xFF\xFF\x41"s)}, 1},
      {"EndOfSequence", {video("\x17\x02\0\0\0"s)}},
      {"EndOfSequenceTenTimes", std::vector<Sent>(10, video("\x17\x02\0\0\0"s))},
      {"EndOfSequenceOfAnInterFrame", {video("\x27\x02\0\0\0"s)}},
      {"CommandFrames", {video("\x57\0"s), video("\x57\x01")}},
      {"AvcPacketTypeThatIsNone", {video("\x17\x03\0\0\0"s), video("\x27\xFF\0\0\0"s)}, since_1_28(2)},
      {"CompositionTimeBeforeAllTime", {video("\x27\x01\x80\0\0"s + filler)}, 1},
      {"AacPacketTypeThatIsNone", {audio("\xAF\x02" + filler)}, 0, 1},
      {"AacFrameOfNoBytes", {audio("\xAF\x01")}, 0, since_1_28(1)},
      {"DataOfNoBytes", {data(""), data_amf3("")}},
      {"DataThatIsNoAmf", {data("\0\1\2\3"s), data("\xFF\xFF\xFF\xFF"), data(std::string(1000, '\xAA'))}},
      {"DataOfAmf3ThatIsNone",
       {data_amf3("\0"s), data_amf3("\x11"), data_amf3("\0\xFF\xFF"s), data_amf3(filler)}},
      {"DataWhoseNameIsLongerThanItIs", {data("\x02\xFF\xFFonMetaData"), data_amf3("\0\x02\xFF\xFFx"s)}},
      {"DataWithoutValues", {data("\x02\0\x0AonMetaData"s), data("\x02\0\0"s)}},
      {"MetadataThatPromisesMillions", {data("\x02\0\x0AonMetaData\x08\xFF\xFF\xFF\xFF"s)}},
      {"MetadataCutShort", {data("\x02\0\x0AonMetaData\x08\0\0\0\2\0\5width\0\x40"s)}},
      {"MetadataOfUnknownValues", {data("\x02\0\x0AonMetaData\x08\0\0\0\1\0\1x\x11\x0A\x0B\1\0\0\x09"s)}},
      {"MetadataOfAnEndlessName", {data("\x02\0\x0AonMetaData\x03\xFF\xFFx"s)}},
      {"SomeScriptOfOnesOwn",
       {data("\x02\0\x0AonTextData\x02\0\2hi"s), data_amf3("\0\x02\0\x0AonTextData\5"s)}},
      {"MessagesOfOtherTypes", every_type_that_is_none()},
      {"AggregateOfFrames",
       {aggregate({video("\x27\x01\0\0\0"s + filler), audio("\xAF\x01" + filler),
                   video("\x27\x01\0\0\0"s + filler)})},
       2,
       1},
      {"AggregateOfOddities",
       {aggregate(
           {video(""), video("\x17\x02\0\0\0"s), data("\xFF"), audio(""), audio("\xAF\x01" + filler)})},
       0,
       1},
      {"AggregateCutShort",
       {{MessageType::kAggregate, 1000, video("\x27\x01\0\0\0"s + filler).tag().substr(0, 50)}}},
      {"AggregateOfNothing", {{MessageType::kAggregate, 1000, ""}}},
  };
}

std::vector<Oddity> configurations() {
  const Sent no_bytes = audio("\xAF\0"s);  // FFmpeg, of raw AAC
  return {
      {"ConfigurationsRepeated", {}, 0, 0, 10},
      {"AacConfigurationOfNoBytes", {no_bytes}, 0, 0, 1},
      {"TenAacConfigurationsTheFirstOfThemEmpty", {no_bytes}, 0, 0, 9},
      {"AvcConfigurationCutShort", {video("\x17\0\0\0\0\1\x64\0\x1F"s), video("\x17\0"s)}, 0, 0, 1},
  };
}

std::vector<Oddity> codecs() {
  const std::string filler(100, '\x55');
  return {
      {"AvcConfigurationOfNoBytes", {video("\x17\0\0\0\0"s)}, 0, 0, 1},
      {"AvcConfigurationThatIsNone", {video("\x17\0\0\0\0"s + filler)}, 0, 0, 1},
      {"AacConfigurationOfOneByte", {audio("\xAF\0\x12"s)}, 0, 0, 1},
      {"AacConfigurationThatIsNone", {audio("\xAF\0"s + filler)}, 0, 0, 1},
      {"SorensonH263AndBack", {video("\x12" + filler), video("\x22" + filler)}, 2, 0, 1},
      {"ScreenVideoAndBack", {video("\x13" + filler)}, 1, 0, 1},
      {"Vp6AndBack", {video("\x14\0"s + filler), video("\x24\0"s + filler)}, 2, 0, 1},
      {"Vp6WithAlphaAndBack", {video("\x15\0"s + filler)}, 1, 0, 1},
      {"Mp3AndBack", {audio("\x2F" + filler), audio("\x2F" + filler)}, 0, 2, 1},
      {"SpeexAndBack", {audio("\xB2" + filler)}, 0, 1, 1},
      {"NellymoserAndBack", {audio("\x6E" + filler)}, 0, 1, 1},
      {"ALawAndBack", {audio("\x72" + filler)}, 0, 1, 1},
      {"PcmAndBack", {audio("\x3E" + filler)}, 0, 1, 1},
  };
}

}  // namespace rtmp::test
