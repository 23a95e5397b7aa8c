// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "received.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;
using V = AmfValue;

Result<Command> parse(const Bytes& body, MessageType type = MessageType::kCommand) {
  return parse_command(make_message(type, body));
}

const Bytes kPublish = wire("02 0007'publish' 00 4014000000000000 05 02 0003'key' 02 0004'live'");

void expect_publish(const Result<Command>& command) {
  ASSERT_TRUE(command) << command.error().detail;
  EXPECT_EQ(command->name, "publish");
  EXPECT_EQ(command->transaction, 5);
  EXPECT_TRUE(command->wants_result());
  EXPECT_EQ(command->arguments, (std::vector<V>{V::null(), V::string("key"), V::string("live")}));
}

TEST(Command, HasANameATransactionAndArguments) { expect_publish(parse(kPublish)); }

TEST(Command, OfType17HasAByteInFront) {
  expect_publish(parse(join({wire("00"), kPublish}), MessageType::kCommandAmf3));
  // Some leave it out.
  expect_publish(parse(kPublish, MessageType::kCommandAmf3));
  // In type 20 it would be a number.
  EXPECT_FALSE(parse(join({wire("00"), kPublish})));
}

TEST(Command, OfType17MayHoldAmf3) {
  const auto command =
      parse(wire("00 02 0007'connect' 00 3FF0000000000000 11 0A 0B 01 07'app' 06 09'live' 01 02 0001'x'"),
            MessageType::kCommandAmf3);
  ASSERT_TRUE(command) << command.error().detail;
  EXPECT_EQ(command->arguments, (std::vector<V>{V::amf3(), V::string("x")}));
}

TEST(Command, NeedsNothingButAName) {
  const auto command = parse(wire("02 0008'_checkbw'"));
  ASSERT_TRUE(command) << command.error().detail;
  EXPECT_EQ(command->name, "_checkbw");
  EXPECT_EQ(command->transaction, 0);
  EXPECT_FALSE(command->wants_result());
  EXPECT_TRUE(command->arguments.empty());
}

TEST(Command, GivesUndefinedForAnArgumentThatIsMissing) {
  const auto command = parse(kPublish);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->argument(1), V::string("key"));
  EXPECT_EQ(command->argument(3), V());
  EXPECT_EQ(command->argument(1000), V());
}

TEST(Command, WithoutANameIsAnError) {
  for (const char* body : {"", "02", "02 0007'publis'", "00 3FF0000000000000", "05", "03 000009", "FF"}) {
    SCOPED_TRACE(body);
    const auto command = parse(wire(body));
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().code, ErrorCode::kBadAmf);
  }
  EXPECT_FALSE(parse(wire("00"), MessageType::kCommandAmf3));
}

TEST(Command, KeepsTheArgumentsBeforeABadOne) {
  // An unknown marker, a string beyond the end, an array beyond the end.
  for (const char* bad : {"FF", "02 0100'x'", "0A FFFFFFFF 050505"}) {
    SCOPED_TRACE(bad);
    expect_publish(parse(join({kPublish, wire(bad)})));
    expect_publish(parse(join({kPublish, wire(bad), wire("02 0001'y'")})));
  }
}

TEST(Command, MayBeCutShortBehindItsName) {
  const std::size_t name_ends = 10;
  for (std::size_t size = name_ends; size < kPublish.size(); ++size) {
    SCOPED_TRACE(size);
    const auto command = parse(cut(kPublish, size));
    ASSERT_TRUE(command) << command.error().detail;
    EXPECT_EQ(command->name, "publish");
    EXPECT_EQ(command->transaction, size < name_ends + 9 ? 0 : 5);
    EXPECT_EQ(command->arguments.size(), size < 20 ? 0u : size < 26 ? 1u : 2u);
  }
}

TEST(Command, TakesEveryNumberForATransaction) {
  const struct {
    const char* number;
    double transaction;
    bool wants_result;
  } cases[] = {{"3FF0000000000000", 1, true},     {"0000000000000000", 0, false},
               {"8000000000000000", 0, false},    {"BFF0000000000000", -1, false},
               {"7E37E43C8800759C", 1e300, true}, {"7FF0000000000000", INFINITY, true},
               {"3FE0000000000000", 0.5, true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.number);
    const auto command = parse(join({wire("02 0001'x' 00"), wire(c.number)}));
    ASSERT_TRUE(command);
    EXPECT_EQ(command->transaction, c.transaction);
    EXPECT_EQ(command->wants_result(), c.wants_result);
  }
  const auto command = parse(wire("02 0001'x' 00 7FF8000000000000"));
  ASSERT_TRUE(command);
  EXPECT_TRUE(std::isnan(command->transaction));
  EXPECT_FALSE(command->wants_result());
}

TEST(Command, TakesWhatIsNoNumberForTransaction0) {
  const auto command = parse(wire("02 0001'x' 02 0001'5' 05"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->transaction, 0);
  EXPECT_EQ(command->arguments, (std::vector<V>{V::null()}));
}

ConnectRequest connect(const Bytes& argument) {
  const auto command = parse(join({wire("02 0007'connect' 00 3FF0000000000000"), argument}));
  return command ? ConnectRequest::from(*command) : ConnectRequest{"no command", "", ""};
}

TEST(ConnectRequest, ReadsItsFieldsWhateverLiesAround) {
  const Bytes fields = wire(
      "0008'flashVer' 02 0005'FMLE/' 0004'fpad' 01 00 0003'app' 02 0004'live'"
      "0005'tcUrl' 02 000D'rtmp://h/live' 0004'caps' 00 402E000000000000 000009");
  for (const char* start : {"03", "08 00000005", "10 0001'C'"}) {
    SCOPED_TRACE(start);
    const ConnectRequest request = connect(join({wire(start), fields}));
    EXPECT_EQ(request.app, "live");
    EXPECT_EQ(request.tc_url, "rtmp://h/live");
    EXPECT_EQ(request.flash_version, "FMLE/");
  }
}

TEST(ConnectRequest, IsEmptyWhereItsFieldsAreMissingOrNoStrings) {
  for (const char* argument : {"", "05", "03 000009", "03 0003'app' 05 000009", "11 0A 0B 01 01",
                               "03 0003'app' 00 3FF0000000000000 0005'tcUrl' 03 000009 000009"}) {
    SCOPED_TRACE(argument);
    const ConnectRequest request = connect(wire(argument));
    EXPECT_EQ(request.app, "");
    EXPECT_EQ(request.tc_url, "");
    EXPECT_EQ(request.flash_version, "");
  }
}

TEST(ConnectRequest, IsEnhancedByAnyKeyThatSaysSo) {
  for (const char* property :
       {"000A'fourCcList' 0A 00000001 02 0001'*'", "0012'videoFourCcInfoMap' 03 000009",
        "0012'audioFourCcInfoMap' 05", "0006'capsEx' 02 0001'1'"}) {
    for (const char* start : {"03", "08 00000001"}) {
      SCOPED_TRACE(std::string(start) + " " + property);
      const ConnectRequest request = connect(join({wire(start), wire(property), wire("000009")}));
      EXPECT_TRUE(request.enhanced);
      EXPECT_FALSE(request.reconnects);
    }
  }
  EXPECT_FALSE(connect(wire("03 0004'caps' 00 402E000000000000 000009")).enhanced);
}

TEST(ConnectRequest, ReconnectsIfItsCapabilitiesSaySo) {
  // 1, 15, 3.5; and 0, 14, NaN, infinity.
  for (const char* number : {"3FF0000000000000", "402E000000000000", "400C000000000000"}) {
    SCOPED_TRACE(number);
    EXPECT_TRUE(connect(join({wire("03 0006'capsEx' 00"), wire(number), wire("000009")})).reconnects);
  }
  for (const char* number :
       {"0000000000000000", "402C000000000000", "7FF8000000000000", "7FF0000000000000"}) {
    SCOPED_TRACE(number);
    EXPECT_FALSE(connect(join({wire("03 0006'capsEx' 00"), wire(number), wire("000009")})).reconnects);
  }
}

TEST(ConnectRequest, KeepsTheBytesOfItsStrings) {
  EXPECT_EQ(connect(wire("03 0003'app' 02 0004 00 FF C0 'x' 000009")).app, "\0\xFF\xC0x"s);
}

}  // namespace
}  // namespace rtmp::test
