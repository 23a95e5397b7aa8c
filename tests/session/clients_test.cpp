// SPDX-License-Identifier: LGPL-2.1-or-later
// What the programs in the field send, in their order, and where they wait. captures_test.cpp has the bytes
// of those that could be recorded.
#include <gtest/gtest.h>

#include "dialogue.h"

namespace rtmp::test {
namespace {

const std::string kStart = "onStatus 0 null NetStream.Publish.Start on 1";
const std::string kUnpublished = "onStatus 0 null NetStream.Unpublish.Success on 1";
const std::string kConnected = "_result 1 object NetConnection.Connect.Success";
const std::string kOnFcPublish = "onFCPublish 0 null NetStream.Publish.Start";

const Bytes kSequenceHeader = wire("17 00 000000 01");
const Bytes kFrame = wire("27 01 000000");
const Lines kMedia = {"video 0 170000000001", "video 40 2701000000", "end unpublished"};

TEST(Client, Rtmp2sinkNumbersMostOfItsCommandsZero) {
  Script client = Script().handshake().connect();
  client.message(MessageType::kWindowAckSize, wire("002625A0"));  // the server's own value
  client.command("releaseStream", 0, {nullptr, "key"}).command("FCPublish", 0, {nullptr, "key"});
  client.command("createStream", 2).wait_for("_result 2 null 1");
  client.command("publish", 0, {nullptr, "key", "live"}, 1).wait_for(kStart);
  // A type 1 header on chunk stream 2; the size is the default one.
  client.chunk({1, 2, 0, 4, MessageType::kSetChunkSize}, wire("00000080"));
  client.video(0, kSequenceHeader).video(40, kFrame);
  client.command("FCUnpublish", 0, {nullptr, "key"}).command("deleteStream", 0, {nullptr, "key"});
  expect_dialogue(
      client,
      {.replies = after_connect({kOnFcPublish, "_result 2 null 1", "stream begin 1", kStart, kUnpublished}),
       .events = events_after_publish(kMedia)});
}

TEST(Client, FfmpegMirrorsTheChunkSize) {
  Script client = Script().handshake().connect("live/app2");
  client.chunk_size(65536);
  client.command("releaseStream", 2, {nullptr, "key?tok=1"}).command("FCPublish", 3, {nullptr, "key?tok=1"});
  client.command("createStream", 4).wait_for("_result 4 null 1");
  const Bytes publish = command_body("publish", 5, {nullptr, "key?tok=1", "live"});
  client.chunk({0, 8, 0, publish.size(), MessageType::kCommand, 1}, publish).wait_for(kStart);
  client.video(0, kSequenceHeader).video(40, kFrame);
  client.command("FCUnpublish", 6, {nullptr, "key?tok=1"}).command("deleteStream", 7, {nullptr, 1});
  Lines events = {"application live/app2", "publish live/app2 key"};
  events.insert(events.end(), kMedia.begin(), kMedia.end());
  expect_dialogue(client, {.replies = after_connect({"_result 2 null undefined", "_result 3 null undefined",
                                                     kOnFcPublish, "_result 4 null 1", "stream begin 1",
                                                     kStart, "_result 6 null undefined", kUnpublished,
                                                     "_result 7 null undefined"}),
                           .events = events});
}

TEST(Client, FfmpegBeginsDeleteStreamWithAType3Chunk) {
  // FCUnpublish of a key with 7 characters and deleteStream have 34 bytes each: nothing is left to say.
  const Bytes unpublish = command_body("FCUnpublish", 6, {nullptr, "ff51key"});
  const Bytes remove = command_body("deleteStream", 7, {nullptr, 1});
  ASSERT_EQ(unpublish.size(), remove.size());
  Script client = publishing();
  client.chunk({0, 3, 0, unpublish.size(), MessageType::kCommand, 0}, unpublish).chunk({3, 3}, remove);
  expect_dialogue(
      client,
      {.replies = after_publish({"_result 6 null undefined", kUnpublished, "_result 7 null undefined"}),
       .events = events_after_publish({"end unpublished"})});
}

TEST(Client, ObsAnnouncesItsChunkSizeBeforeConnect) {
  Script client = Script().handshake().chunk_size(4096);
  const std::string url =
      "rtmp://server.example/" + std::string(200, 'p');  // more than 128 bytes in one chunk
  client.command("connect", 1,
                 {amf_object({{"app", "live"},
                              {"type", "nonprivate"},
                              {"flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"},
                              {"swfUrl", url},
                              {"tcUrl", url}})});
  client.wait_for(kConnected).command("releaseStream", 2, {nullptr, "key"});
  client.command("FCPublish", 3, {nullptr, "key"}).command("createStream", 4).wait_for("_result 4 null 1");
  client.command("publish", 5, {nullptr, "key", "live"}, 1).wait_for(kStart);
  // Everything on chunk stream 4, and all but the first with a type 1 header.
  client.chunk({0, 4, 0, kSequenceHeader.size(), MessageType::kVideo, 1}, kSequenceHeader);
  client.chunk({1, 4, 40, kFrame.size(), MessageType::kVideo}, kFrame);
  client.command("FCUnpublish", 6, {nullptr, "key"}).command("deleteStream", 7, {nullptr, 1});
  expect_dialogue(client, {.replies = after_connect({"_result 2 null undefined", "_result 3 null undefined",
                                                     kOnFcPublish, "_result 4 null 1", "stream begin 1",
                                                     kStart, "_result 6 null undefined", kUnpublished,
                                                     "_result 7 null undefined"}),
                           .events = events_after_publish(kMedia)});
}

TEST(Client, LibrtmpBeginsChunkStream2WithAType1Chunk) {
  Script client = connected();
  client.chunk({1, 2, 0, 4, MessageType::kAcknowledgement}, wire("00000C23")).publish();
  expect_dialogue(client, {.replies = after_publish({}), .events = events_after_publish({"end closed"})});
}

TEST(Client, HaishinKitWaitsForTheEndOfItsStream) {
  Script client = Script().handshake();
  client.command("connect", 1,
                 {amf_object({{"app", "live?token=1"},
                              {"objectEncoding", 0},
                              {"fourCcList", AmfValue::strict_array({Amf("avc1"), Amf("hvc1")})},
                              {"videoFourCcInfoMap", nullptr},
                              {"capsEx", nullptr}})});
  client.wait_for(kConnected).chunk_size(8192);
  client.command("createStream", 2).wait_for("_result 2 null 1");
  client.command("publish", 0, {nullptr, "key", "live"}, 1).wait_for(kStart);
  client.video(0, kSequenceHeader).video(40, kFrame);
  client.command("closeStream", 0, {nullptr}, 1).wait_for(kUnpublished);
  expect_dialogue(client,
                  {.replies = after_connect({"_result 2 null 1", "stream begin 1", kStart, kUnpublished}),
                   .events = events_after_publish(kMedia)});
}

TEST(Client, HaivisionChecksTheBandwidthAndAnnouncesItselfLate) {
  Script client = Script().handshake().connect();
  client.command("_checkbw", 2).wait_for("_result 2 null 0");
  client.command("createStream", 3).wait_for("_result 3 null 1");
  client.command("FCPublish", 4, {nullptr, "key"}).wait_for(kOnFcPublish);
  client.command("publish", 5, {nullptr, "key", "live"}, 1).wait_for(kStart);
  client.video(0, kSequenceHeader).video(40, kFrame).command("deleteStream", 6, {nullptr, 1});
  expect_dialogue(
      client, {.replies = after_connect({"_result 2 null 0", "_result 3 null 1", "_result 4 null undefined",
                                         kOnFcPublish, "stream begin 1", kStart, "_result 6 null undefined",
                                         kUnpublished}),
               .events = events_after_publish(kMedia)});
}

TEST(Client, FlashSpeaksInMessagesOfType17) {
  Script client = Script().handshake();
  const auto amf3 = [&](std::string_view name, double transaction, std::initializer_list<Amf> arguments,
                        std::uint32_t stream) {
    client.message(MessageType::kCommandAmf3, join({wire("00"), command_body(name, transaction, arguments)}),
                   stream);
  };
  client.command("connect", 1, {amf_object({{"app", "live"}, {"objectEncoding", 3}})}).wait_for(kConnected);
  amf3("createStream", 2, {nullptr}, 0);
  client.wait_for("_result 2 null 1");
  amf3("publish", 3, {nullptr, "key", "live"}, 1);
  client.wait_for(kStart).video(0, kSequenceHeader).video(40, kFrame);
  amf3("deleteStream", 0, {nullptr, 1}, 0);
  expect_dialogue(client,
                  {.replies = after_connect({"_result 2 null 1", "stream begin 1", kStart, kUnpublished}),
                   .events = events_after_publish(kMedia)});
}

// As it is written (SRS 7 and 8): it waits for each answer, and names no application but in the URL.
TEST(Client, SrsProxyWaitsForEachAnswer) {
  Script client = Script().handshake();
  client.command("connect", 1, {amf_object({{"tcUrl", "rtmp://proxy.example:11935/live"}})});
  client.wait_for(kConnected).command("releaseStream", 2, {nullptr, "key"});
  client.wait_for("_result 2 null undefined").command("FCPublish", 3, {nullptr, "key"});
  client.wait_for("_result 3 null undefined").command("createStream", 4, {nullptr});
  client.wait_for("_result 4 null 1").command("publish", 5, {nullptr, "key", "live"}, 1).wait_for(kStart);
  client.video(0, kSequenceHeader).video(40, kFrame);
  // It passes on what its publisher says in the end.
  client.command("FCUnpublish", 6, {nullptr, "key"}).command("deleteStream", 7, {nullptr, 1});
  expect_dialogue(client, {.replies = after_connect({"_result 2 null undefined", "_result 3 null undefined",
                                                     kOnFcPublish, "_result 4 null 1", "stream begin 1",
                                                     kStart, "_result 6 null undefined", kUnpublished,
                                                     "_result 7 null undefined"}),
                           .events = events_after_publish(kMedia)});
}

TEST(Client, ThatClosesRightAfterTheHandshakeIsNoPublisher) {
  expect_dialogue(Script().handshake(), {.replies = {}, .events = {}});
}

}  // namespace
}  // namespace rtmp::test
