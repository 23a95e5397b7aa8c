// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "dialogue.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

const Bytes kFrame = wire("27 01 000000");

/// Connected, with this publish command and its arguments on a stream.
Script publish_with(std::initializer_list<Amf> arguments, std::uint32_t stream = 1) {
  return connected().command("createStream", 4).command("publish", 5, arguments, stream);
}

Surroundings answering(PublishAnswer answer) {
  return {.publish = [answer](const PublishRequest&) { return answer; }};
}

TEST(Publish, IsAnsweredOnItsMessageStream) {
  expect_dialogue(publishing(), {.replies = after_connect({"_result 4 null 1", "stream begin 1",
                                                           "onStatus 0 null NetStream.Publish.Start on 1"}),
                                 .events = {"application live", "publish live key", "end closed"}});
}

TEST(Publish, IsAnsweredOnAChunkStreamOfItsOwn) {
  for_each_delivery(publishing(), {}, [](const Outcome& outcome) {
    ASSERT_EQ(outcome.replies.size(), 7u);
    EXPECT_EQ(outcome.replies[5].chunk_stream, 2u);
    EXPECT_EQ(outcome.replies[6].chunk_stream, 5u);
  });
}

TEST(Publish, WorksOnTheSecondOfTwoStreams) {
  Script client = connected().command("createStream", 2).command("createStream", 3);
  client.command("publish", 4, {nullptr, "key", "live"}, 2)
      .wait_for("onStatus 0 null NetStream.Publish.Start on 2");
  client.message(MessageType::kVideo, kFrame, 2, 40).command("deleteStream", 5, {nullptr, 2});
  expect_dialogue(client, {.replies = after_connect({"_result 2 null 1", "_result 3 null 2", "stream begin 2",
                                                     "onStatus 0 null NetStream.Publish.Start on 2",
                                                     "_result 5 null undefined",
                                                     "onStatus 0 null NetStream.Unpublish.Success on 2"}),
                           .events = events_after_publish({"video 40 2701000000", "end unpublished"})});
}

TEST(Publish, WorksOnAStreamThatNobodyCreated) {
  for (const std::uint32_t stream : {0u, 7u, 0xFFFFFFFFu}) {
    Script client = connected().command("publish", 2, {nullptr, "key", "live"}, stream);
    client.message(MessageType::kVideo, kFrame, stream, 40);
    const std::string on = stream == 0 ? "" : " on " + std::to_string(stream);
    expect_dialogue(client, {.replies = after_connect({"stream begin " + std::to_string(stream),
                                                       "onStatus 0 null NetStream.Publish.Start" + on}),
                             .events = events_after_publish({"video 40 2701000000", "end closed"})});
  }
}

TEST(Publish, NeedsNoType) {
  for (const Script& client :
       {publish_with({nullptr, "key"}), publish_with({nullptr, "key", nullptr}),
        publish_with({nullptr, "key", "record"}), publish_with({nullptr, "key", "append"}),
        publish_with({nullptr, "key", "LIVE", true, 5}), publish_with({amf_object({}), "key", "live"})}) {
    expect_dialogue(client, {.replies = after_publish({}), .events = events_after_publish({"end closed"})});
  }
}

TEST(Publish, TakesAnEmptyOrMissingNameForAnEmptyKey) {
  for (const Script& client : {publish_with({nullptr, "", "live"}), publish_with({nullptr}), publish_with({}),
                               publish_with({nullptr, 5, "live"})}) {  // GoPro; and nobody known
    expect_dialogue(client, {.replies = after_publish({}),
                             .events = {"application live", "publish live ", "end closed"}});
  }
}

TEST(Publish, SplitsItsNameIntoKeyAndQuery) {
  const struct {
    std::string sent, key, query;
  } cases[] = {
      {"key", "key", ""},
      {"key?tok=1", "key", "tok=1"},
      {"key?a=b?c=+/==", "key", "a=b?c=+/=="},
      {"sub/key", "sub/key", ""},
      {"/key/", "key", ""},
      {"?only=query", "", "only=query"},
      {"with space%20", "with space%20", ""},
      {"nul\0\xFF"s, "nul\0\xFF"s, ""},
  };
  for (const auto& [sent, key, query] : cases) {
    SCOPED_TRACE("name '" + sent + "'");
    for_each_delivery(connected().publish(sent), {},
                      [&, &named = key, &behind = query](const Outcome& outcome) {
                        ASSERT_EQ(outcome.requests.size(), 1u);
                        EXPECT_EQ(outcome.requests[0].stream_key, named);
                        EXPECT_EQ(outcome.requests[0].query, behind);
                      });
  }
}

TEST(Publish, HandsOnWhatConnectSaid) {
  Script client = Script().handshake().command(
      "connect", 1,
      {amf_object({{"tcurl", "rtmp://h:1/a/b"}, {"flashVer", "FMLE/3.0"}, {"app", "/a/b?q=1"}})});
  for_each_delivery(client.publish(), {}, [](const Outcome& outcome) {
    ASSERT_EQ(outcome.requests.size(), 1u);
    EXPECT_EQ(outcome.requests[0].application, "a/b");
    EXPECT_EQ(outcome.requests[0].application_query, "q=1");
    EXPECT_EQ(outcome.requests[0].tc_url, "rtmp://h:1/a/b");  // some encoders write the key in lower case
    EXPECT_EQ(outcome.requests[0].flash_version, "FMLE/3.0");
    EXPECT_EQ(outcome.requests[0].peer.text(), "192.0.2.1:49152");
  });
}

TEST(Publish, IsRefusedWithAStatusThatClientsKnow) {
  const struct {
    PublishAnswer answer;
    std::string status;
  } cases[] = {{PublishAnswer::kDenied, "onStatus 0 null NetStream.Publish.Denied on 1"},
               {PublishAnswer::kBusy, "onStatus 0 null NetStream.Publish.BadName on 1"}};
  for (const auto& [answer, status] : cases) {
    SCOPED_TRACE(status);
    Script client = publish_with({nullptr, "key", "live"}).wait_for(status);
    client.video(40, kFrame).command("deleteStream", 6, {nullptr, 1});
    expect_dialogue(client,
                    {.replies = after_connect({"_result 4 null 1", status}),
                     .events = {"application live", "publish live key"},
                     .end = ErrorCode::kRefused},
                    answering(answer));
  }
}

TEST(Publish, IsRefusedAtLevelError) {
  for (const PublishAnswer answer : {PublishAnswer::kDenied, PublishAnswer::kBusy}) {
    for_each_delivery(publish_with({nullptr, "key", "live"}), answering(answer), [](const Outcome& outcome) {
      ASSERT_EQ(outcome.replies.size(), 6u);
      const auto values = outcome.replies[5].values();
      ASSERT_EQ(values.size(), 4u);
      EXPECT_EQ(*values[3].find("level"), AmfValue::string("error"));
    });
  }
}

TEST(Publish, BeforeConnectEndsTheSession) {
  const Script client = Script().handshake().command("publish", 1, {nullptr, "key", "live"}, 1);
  expect_dialogue(client, {.replies = {}, .events = {}, .end = ErrorCode::kBadCommand});
}

TEST(Publish, ASecondTimeIsRefusedAndTheFirstGoesOn) {
  Script client = publishing().video(0, kFrame).command("createStream", 6);  // Wirecast
  client.command("publish", 7, {nullptr, "other", "live"}, 2)
      .wait_for("onStatus 0 null NetStream.Publish.BadName on 2")
      .video(40, kFrame);
  expect_dialogue(
      client,
      {.replies = after_publish({"_result 6 null 2", "onStatus 0 null NetStream.Publish.BadName on 2"}),
       .events = events_after_publish({"video 0 2701000000", "video 40 2701000000", "end closed"})});
}

TEST(Publish, WorksAgainAfterAnUnpublish) {
  Script client = publishing().video(1000, kFrame).command("FCUnpublish", 6, {nullptr, "key"});
  client.wait_for("onStatus 0 null NetStream.Unpublish.Success on 1");
  client.command("publish", 7, {nullptr, "again", "live"}, 1).video(0, kFrame);
  expect_dialogue(
      client, {.replies = after_publish({"_result 6 null undefined",
                                         "onStatus 0 null NetStream.Unpublish.Success on 1", "stream begin 1",
                                         "onStatus 0 null NetStream.Publish.Start on 1"}),
               .events = events_after_publish({"video 1000 2701000000", "end unpublished",
                                               "publish live again", "video 0 2701000000", "end closed"})});
}

TEST(Publish, IsAskedAgainForEachStream) {
  int asked = 0;
  const Surroundings second_is_busy{.publish = [&asked](const PublishRequest&) {
    return ++asked % 2 ? PublishAnswer::kAccepted : PublishAnswer::kBusy;
  }};
  Script client = publishing().command("closeStream", 0, {nullptr}, 1);
  client.command("publish", 0, {nullptr, "key", "live"}, 1);
  expect_dialogue(client,
                  {.replies = after_publish({"onStatus 0 null NetStream.Unpublish.Success on 1",
                                             "onStatus 0 null NetStream.Publish.BadName on 1"}),
                   .events = events_after_publish({"end unpublished", "publish live key"}),
                   .end = ErrorCode::kRefused},
                  second_is_busy);
}

TEST(Play, IsRefused) {
  for (const std::string command : {"play", "play2", "FCSubscribe"}) {
    SCOPED_TRACE(command);
    const std::string status = "onStatus 0 null NetStream.Play.StreamNotFound on 1";
    Script client = connected().command("createStream", 2);
    client.command(command, 3, {nullptr, "key"}, 1).wait_for(status).command("createStream", 4);
    expect_dialogue(client, {.replies = after_connect({"_result 2 null 1", status}),
                             .events = {"application live"},
                             .end = ErrorCode::kRefused});
  }
}

TEST(Play, EndsNoPublishing) {
  Script client = publishing().command("play", 6, {nullptr, "key"}, 2).video(40, kFrame);
  expect_dialogue(client, {.replies = after_publish({"onStatus 0 null NetStream.Play.StreamNotFound on 2"}),
                           .events = events_after_publish({"video 40 2701000000", "end closed"})});
}

class RecordingLogger final : public Logger {
 public:
  bool enabled(LogLevel) const override { return true; }
  void log(LogLevel, std::string_view message) override { lines.emplace_back(message); }
  Lines lines;
};

TEST(Publish, LogsNoStreamKeyWhole) {
  const std::string key = "se-cret-key";
  for (const PublishAnswer answer :
       {PublishAnswer::kAccepted, PublishAnswer::kDenied, PublishAnswer::kBusy}) {
    RecordingLogger logger;
    Surroundings surroundings = answering(answer);
    surroundings.logger = &logger;
    const Outcome outcome = run_session(connected().publish(key + "?tok=hush").bytes(), {}, surroundings);
    logger.lines.push_back(outcome.end.detail);  // which net/ logs
    ASSERT_GE(logger.lines.size(), 3u);
    for (const std::string& line : logger.lines) {
      EXPECT_EQ(line.find("cret"), line.npos) << line;
      EXPECT_EQ(line.find("hush"), line.npos) << line;
    }
  }
}

TEST(Publish, LogsWhatAPeerSendsAsPrintableText) {
  RecordingLogger logger;
  Script client = Script().handshake().connect("li\nve\0\x1B[2J"s);
  client.publish("\n\xFF").command("bad\r\ncommand", 6);
  run_session(client.bytes(), {}, {.logger = &logger});
  ASSERT_GE(logger.lines.size(), 3u);
  for (const std::string& line : logger.lines) {
    EXPECT_TRUE(is_printable(line)) << line;
  }
}

}  // namespace
}  // namespace rtmp::test
