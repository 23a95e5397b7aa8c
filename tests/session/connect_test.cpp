// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <limits>

#include "dialogue.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// 02 0007'connect' 00 3FF0000000000000       what every connect with transaction 1 begins with
Bytes connect_with(const std::string& arguments) {
  return wire("02 0007'connect' 00 3FF0000000000000" + arguments);
}

Script connecting(const Bytes& body, MessageType type = MessageType::kCommand) {
  return Script().handshake().message(type, body);
}

/// A connect with these bytes is answered, and asks for this application.
void expect_connects(const Bytes& body, const std::string& application,
                     MessageType type = MessageType::kCommand) {
  expect_dialogue(connecting(body, type),
                  {.replies = after_connect({}), .events = {"application " + application}});
}

TEST(Connect, IsAnsweredInTheOrderThatAllClientsAccept) {
  expect_dialogue(connected(), {.replies = {"window 2500000", "bandwidth 2500000 limit 2", "chunk size 65536",
                                            "_result 1 object NetConnection.Connect.Success"},
                                .events = {"application live"}});
}

TEST(Connect, IsAnsweredOnTheChunkStreamsThatClientsExpect) {
  for_each_delivery(connected(), {}, [](const Outcome& outcome) {
    ASSERT_EQ(outcome.replies.size(), 4u);
    for (const Reply& reply : outcome.replies) {
      EXPECT_EQ(reply.stream, 0u);
      EXPECT_EQ(reply.chunk_stream, reply.type == MessageType::kCommand ? 3u : 2u);
    }
  });
}

TEST(Connect, SaysInItsResultWhatClientsLookFor) {
  for_each_delivery(connected(), {}, [](const Outcome& outcome) {
    ASSERT_EQ(outcome.replies.size(), 4u);
    const auto values = outcome.replies[3].values();
    ASSERT_EQ(values.size(), 4u);
    EXPECT_TRUE(values[2].find("fmsVer"));
    EXPECT_EQ(*values[3].find("level"), AmfValue::string("status"));
    // Flash-era encoders offer 3, AMF3, and go by the answer.
    EXPECT_EQ(*values[3].find("objectEncoding"), AmfValue::number(0));
    EXPECT_FALSE(values[3].find("secureToken")) << "librtmp would answer it";
  });
}

// What a client without Enhanced RTMP gets, to the byte.
const std::string kClassicResult =
    "02 0007'_result' 00 3FF0000000000000"
    "03 0006'fmsVer' 02 000D'FMS/3,0,1,123' 000C'capabilities' 00 403F000000000000 000009"
    "03 0005'level' 02 0006'status' 0004'code' 02 001D'NetConnection.Connect.Success'"
    "000B'description' 02 0015'Connection succeeded.' 000E'objectEncoding' 00 0000000000000000";
const std::string kEndOfObject = "000009";

void expect_result(const Script& client, const std::string& result) {
  for_each_delivery(client, {}, [&](const Outcome& outcome) {
    ASSERT_EQ(outcome.replies.size(), 4u);
    EXPECT_EQ(outcome.replies[3].body, wire(result));
    EXPECT_EQ(outcome.events[0].what, "application live");
  });
}

TEST(Connect, IsAnsweredInTheClassicWayWithoutEnhancedRtmp) {
  expect_result(connected(), kClassicResult + kEndOfObject);
}

TEST(Connect, TellsAClientOfEnhancedRtmpThatEveryCodecIsTaken) {
  const std::string enhanced = kClassicResult +
                               "0012'videoFourCcInfoMap' 03 0001'*' 00 4010000000000000 000009"
                               "0012'audioFourCcInfoMap' 03 0001'*' 00 4010000000000000 000009"
                               "0006'capsEx' 00 402E000000000000" +
                               kEndOfObject;
  // One key will do, whatever it holds.
  for (const char* property : {
           "000A'fourCcList' 0A 00000002 02 0004'av01' 02 0004'hvc1'",
           "000A'fourCcList' 0A 00000001 02 0001'*'",
           "000A'fourCcList' 02 0004'av01'",
           "000A'fourCcList' 0A 00000000",
           "0012'videoFourCcInfoMap' 03 0004'vp09' 00 3FF0000000000000 000009",
           "0012'audioFourCcInfoMap' 08 00000001 0004'Opus' 00 3FF0000000000000 000009",
           "0012'videoFourCcInfoMap' 05",
           "0006'capsEx' 00 0000000000000000",
           "0006'capsEx' 00 7FF8000000000000",
           "0006'capsEx' 02 0001'1'",
           "0006'capsEx' 06",
       }) {
    for (const char* start : {"03", "08 00000002"}) {
      SCOPED_TRACE(std::string(start) + " " + property);
      const Bytes body =
          connect_with(std::string(start) + "0003'app' 02 0004'live'" + property + kEndOfObject);
      expect_result(connecting(body), enhanced);
    }
  }
}

TEST(Connect, ShakesHandsFirst) {
  for_each_delivery(connected(), {}, [](const Outcome& outcome) {
    ASSERT_EQ(outcome.handshake.size(), 1u + 2 * 1536);
    EXPECT_EQ(outcome.handshake[0], 3);
    // S2 echoes C1, which follows C0.
    const Bytes c1 = to_bytes(std::span(connected().bytes()).subspan(1, 1536));
    EXPECT_EQ(to_bytes(std::span(outcome.handshake).last(1536)), c1);
  });
}

TEST(Connect, EchoesTheTransactionId) {
  const struct {
    double sent;
    std::string described;
  } cases[] = {{0, "0"}, {1, "1"}, {7.5, "7.5"}, {-1, "-1"}, {1e300, "1e+300"}, {kNan, "nan"}};
  for (const auto& [sent, described] : cases) {
    SCOPED_TRACE("transaction " + described);
    expect_dialogue(Script().handshake().command("connect", sent, {amf_object({{"app", "live"}})}),
                    {.replies = after_connect({}, described), .events = {"application live"}});
  }
}

TEST(Connect, TakesAnEcmaArrayForTheObject) {
  // Its count is a hint, and here a wrong one.
  expect_connects(connect_with("08 00000063 0003'app' 02 0004'live' 000009"), "live");
}

TEST(Connect, PassesOverPropertiesOfEveryType) {
  expect_connects(connect_with("03"
                               "0001'a' 00 4000000000000000"                 // number
                               "0001'b' 01 01"                               // boolean
                               "0001'c' 03 0001'x' 05 000009"                // object
                               "0001'd' 05"                                  // null
                               "0001'e' 06"                                  // undefined
                               "0001'f' 07 0001"                             // reference
                               "0001'g' 08 00000001 0001'x' 05 000009"       // ECMA array
                               "0001'h' 0A 00000002 05 02 0001'y'"           // strict array
                               "0001'i' 0B 4000000000000000 0000"            // date
                               "0001'j' 0C 00000004'long'"                   // long string
                               "0001'k' 0D"                                  // unsupported
                               "0001'l' 0F 00000004'<x/>'"                   // XML
                               "0001'm' 10 0003'Cls' 0001'x' 05 000009"      // typed object
                               "0001'n' 11 0A 0B 01 07'app' 06 09'nope' 01"  // AMF3 object
                               "0003'app' 02 0004'live' 000009"),
                  "live");
}

TEST(Connect, NeedsNoEndOfItsObject) {
  expect_connects(connect_with("03 0003'app' 02 0004'live'"), "live");  // Envivio
}

TEST(Connect, KeepsWhatItReadBeforeAnArgumentThatCannotBe) {
  expect_connects(connect_with("03 0003'app' 02 0004'live' 000009 02 FFFF'cut'"), "live");
}

TEST(Connect, NeedsNoObjectAtAll) {
  expect_connects(connect_with(""), "");
  expect_connects(connect_with("05"), "");
  expect_connects(connect_with("03 0003'app' 00 4000000000000000 000009"), "");
}

TEST(Connect, TakesFurtherArguments) {
  // librtmp's "auth": a boolean and a string.
  expect_connects(connect_with("03 0003'app' 02 0004'live' 000009 01 01 02 0003'abc'"), "live");
}

TEST(Connect, UnderstandsCommandsOfType17) {
  const std::string object = "03 0003'app' 02 0004'live' 000009";
  expect_connects(join({wire("00"), connect_with(object)}), "live", MessageType::kCommandAmf3);
  // Some senders leave out the format byte.
  expect_connects(connect_with(object), "live", MessageType::kCommandAmf3);
}

TEST(Connect, AnswersAnAmf3ObjectThatItDoesNotRead) {
  expect_connects(join({wire("00"), connect_with("11 0A 0B 01 07'app' 06 09'live' 01")}), "",
                  MessageType::kCommandAmf3);
}

TEST(Connect, BringsTheApplicationIntoOneForm) {
  const struct {
    std::string sent, application, query;
  } cases[] = {
      {"live", "live", ""},
      {"live/", "live", ""},
      {"/live", "live", ""},
      {"live/room", "live/room", ""},
      {"live/_definst_", "live", ""},
      {"live//_definst_", "live", ""},
      {"live?x=1", "live", "x=1"},
      {"/live/_definst_/?a=b&c=?", "live", "a=b&c=?"},
      {"'live'", "live", ""},  // Neko
      {"", "", ""},
      {"?only=query", "", "only=query"},
  };
  for (const auto& [sent, application, query] : cases) {
    SCOPED_TRACE("app '" + sent + "'");
    for_each_delivery(Script().handshake().connect(sent).publish(), {},
                      [&, &named = application, &behind = query](const Outcome& outcome) {
                        ASSERT_FALSE(outcome.events.empty());
                        EXPECT_EQ(outcome.events[0].what, "application " + named);
                        ASSERT_EQ(outcome.requests.size(), 1u);
                        EXPECT_EQ(outcome.requests[0].application, named);
                        EXPECT_EQ(outcome.requests[0].application_query, behind);
                      });
  }
}

// SRS's proxy names nothing but the URL, in which its publisher has named the application.
TEST(Connect, FindsAnApplicationThatIsNotNamedInTheUrl) {
  const struct {
    std::string url, application, query;
  } cases[] = {
      {"rtmp://server.example/live", "live", ""},
      {"rtmp://server.example:1935/live/room", "live/room", ""},
      {"rtmps://[2001:db8::1]:443/live/?x=/1", "live", "x=/1"},
      {"rtmp://server.example?x=/1", "", "x=/1"},
      {"rtmp://server.example/", "", ""},
      {"rtmp://server.example", "", ""},
      {"rtmp://", "", ""},
      {"/live", "", ""},
      {"live", "", ""},
  };
  for (const auto& [url, application, query] : cases) {
    SCOPED_TRACE(url);
    for_each_delivery(Script().handshake().command("connect", 1, {amf_object({{"tcUrl", url}})}).publish(),
                      {}, [&, &named = application, &behind = query](const Outcome& outcome) {
                        ASSERT_FALSE(outcome.events.empty());
                        EXPECT_EQ(outcome.events[0].what, "application " + named);
                        ASSERT_EQ(outcome.requests.size(), 1u);
                        EXPECT_EQ(outcome.requests[0].application, named);
                        EXPECT_EQ(outcome.requests[0].application_query, behind);
                      });
  }
  const auto both = amf_object({{"app", "live"}, {"tcUrl", "rtmp://server.example/other"}});
  expect_dialogue(Script().handshake().command("connect", 1, {both}),
                  {.replies = after_connect({}), .events = {"application live"}});
}

TEST(Connect, TellsWhyAnApplicationIsRefused) {
  // Behind it, what a client that pipelines sends: no answer, and no effect.
  Script client = Script().handshake().command("connect", 3, {amf_object({{"app", "other"}})});
  client.wait_for("_error 3 null NetConnection.Connect.InvalidApp");
  client.command("createStream", 4).command("publish", 5, {nullptr, "key", "live"}, 1);
  expect_dialogue(client,
                  {.replies = {"window 2500000", "bandwidth 2500000 limit 2", "chunk size 65536",
                               "_error 3 null NetConnection.Connect.InvalidApp"},
                   .events = {"application other"},
                   .end = ErrorCode::kRefused},
                  {.connect = {ConnectAnswer::Kind::kNoApplication}});
}

TEST(Connect, DescribesARefusedApplicationInPrintableText) {
  // That the description has at most 255 bytes is looked at in each dialogue.
  const std::string application = "bad\0\xFF\xFE\n"s + std::string(5000, 'x');
  for_each_delivery(Script().handshake().command("connect", 1, {amf_object({{"app", application}})}),
                    {.connect = {ConnectAnswer::Kind::kNoApplication}}, [&](const Outcome& outcome) {
                      ASSERT_EQ(outcome.replies.size(), 4u);
                      const auto values = outcome.replies[3].values();
                      ASSERT_EQ(values.size(), 4u);
                      ASSERT_TRUE(values[3].find("description"));
                      const auto description = values[3].find("description")->as_string();
                      EXPECT_NE(description.find("bad...."), description.npos) << description;
                      EXPECT_TRUE(is_printable(description)) << description;
                      EXPECT_EQ(outcome.events[0].what, "application " + application);
                    });
}

TEST(Connect, IsTakenOnce) {
  const Script client = connected().command("connect", 2, {amf_object({{"app", "live"}})});
  expect_dialogue(
      client, {.replies = after_connect({}), .events = {"application live"}, .end = ErrorCode::kBadCommand});
}

TEST(Connect, IsRejectedWithWhatTheClientHasToDo) {
  const std::string description = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
  for_each_delivery(Script().handshake().command("connect", 1, {amf_object({{"app", "live"}})}),
                    {.connect = {ConnectAnswer::Kind::kRejected, description}}, [&](const Outcome& outcome) {
                      EXPECT_EQ(outcome.end.code, ErrorCode::kRefused);
                      ASSERT_FALSE(outcome.replies.empty());
                      const auto values = outcome.replies.back().values();
                      ASSERT_EQ(values.size(), 4u);
                      EXPECT_EQ(values[0].as_string(), "_error");
                      const AmfValue* code = values[3].find("code");
                      const AmfValue* told = values[3].find("description");
                      ASSERT_TRUE(code && told);
                      EXPECT_EQ(code->as_string(), "NetConnection.Connect.Rejected");
                      EXPECT_EQ(told->as_string(), description);
                      EXPECT_TRUE(outcome.requests.empty());
                    });
}

}  // namespace
}  // namespace rtmp::test
