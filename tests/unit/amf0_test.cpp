// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "amf0_reader.h"
#include "amf0_value.h"
#include "amf0_writer.h"
#include "rtmp/limits.h"
#include "wire.h"

namespace rtmp {
namespace {

using namespace std::string_literals;
using test::Bytes;
using test::cut;
using test::join;
using test::repeat;
using test::wire;
using V = AmfValue;

struct Case {
  const char* name;
  Bytes bytes;
  V value;
};

// One form on the wire and one value: read and written.
const std::vector<Case>& both_ways() {
  static const std::vector<Case> cases = {
      {"number", wire("00 3FF8000000000000"), V::number(1.5)},
      {"infinity", wire("00 FFF0000000000000"), V::number(-std::numeric_limits<double>::infinity())},
      {"true", wire("01 01"), V::boolean(true)},
      {"false", wire("01 00"), V::boolean(false)},
      {"string", wire("02 0004'live'"), V::string("live")},
      {"empty string", wire("02 0000"), V::string("")},
      {"NUL and invalid UTF-8 in a string", wire("02 0003 00 FF C0"), V::string("\0\xFF\xC0"s)},
      {"longest short string", join({wire("02 FFFF"), repeat(wire("'x'"), 65535)}),
       V::string(std::string(65535, 'x'))},
      {"shortest long string", join({wire("0C 00010000"), repeat(wire("'x'"), 65536)}),
       V::string(std::string(65536, 'x'))},
      {"null", wire("05"), V::null()},
      {"undefined", wire("06"), V()},
      {"date", wire("0B 4270000000000000 0000"), V::date(1099511627776.0)},
      {"empty object", wire("03 000009"), V::object({})},
      {"connect's argument", wire("03 0003'app' 02 0004'live' 0004'fpad' 01 00 000009"),
       V::object({{"app", V::string("live")}, {"fpad", V::boolean(false)}})},
      {"NUL and invalid UTF-8 in a name", wire("03 0003 'a'00 FF 05 000009"),
       V::object({{"a\0\xFF"s, V::null()}})},
      {"the same name twice", wire("03 0001'a' 05 0001'a' 06 000009"),
       V::object({{"a", V::null()}, {"a", V()}})},
      {"empty name with a value", wire("03 0000 05 0001'b' 06 000009"),
       V::object({{"", V::null()}, {"b", V()}})},
      {"object in an object", wire("03 0001'a' 03 0001'b' 05 000009 0001'c' 06 000009"),
       V::object({{"a", V::object({{"b", V::null()}})}, {"c", V()}})},
      {"empty strict array", wire("0A 00000000"), V::strict_array({})},
      {"strict array", wire("0A 00000002 02 0004'avc1' 05"), V::strict_array({V::string("avc1"), V::null()})},
  };
  return cases;
}

// Other forms of values that are written as above.
const std::vector<Case>& read_only() {
  static const std::vector<Case> cases = {
      {"boolean of 2", wire("01 02"), V::boolean(true)},
      {"short long string", wire("0C 00000004'live'"), V::string("live")},
      {"XML document", wire("0F 00000004'<a/>'"), V::string("<a/>")},
      {"unsupported", wire("0D"), V()},
      {"reference", wire("07 0001"), V()},
      {"date with a time zone", wire("0B 4270000000000000 FFC4"), V::date(1099511627776.0)},
      {"ECMA array", wire("08 00000001 0001'a' 05 000009"), V::object({{"a", V::null()}})},
      {"typed object", wire("10 0003'Foo' 0001'a' 05 000009"), V::object({{"a", V::null()}})},
      {"AMF3 byte array", wire("11 0C 05 AABB"), V::amf3()},
      {"a property of every marker",
       wire("03 0001'0' 00 3FF0000000000000 0001'1' 01 01 0001'2' 02 0001'x' 0001'3' 03 000009 0001'5' 05"
            "0001'6' 06 0001'7' 07 0000 0001'8' 08 00000000 000009 0001'a' 0A 00000001 05"
            "0001'b' 0B 3FF0000000000000 0000 0001'c' 0C 00000001'y' 0001'd' 0D 0001'f' 0F 00000001'z'"
            "0002'10' 10 0001'C' 000009 0002'11' 11 06 03'q' 0003'end' 05 000009"),
       V::object({{"0", V::number(1)},
                  {"1", V::boolean(true)},
                  {"2", V::string("x")},
                  {"3", V::object({})},
                  {"5", V::null()},
                  {"6", V()},
                  {"7", V()},
                  {"8", V::object({})},
                  {"a", V::strict_array({V::null()})},
                  {"b", V::date(1)},
                  {"c", V::string("y")},
                  {"d", V()},
                  {"f", V::string("z")},
                  {"10", V::object({})},
                  {"11", V::amf3()},
                  {"end", V::null()}})},
  };
  return cases;
}

std::size_t count_values(const V& value) {
  std::size_t count = 1;
  for (const auto& property : value.properties()) count += count_values(property.second);
  for (const auto& element : value.elements()) count += count_values(element);
  return count;
}

void expect_error(const Bytes& bytes, std::string_view detail) {
  AmfReader reader(bytes);
  const auto value = reader.read();
  ASSERT_FALSE(value) << "expected: " << detail;
  EXPECT_EQ(value.error().code, ErrorCode::kBadAmf);
  EXPECT_EQ(value.error().detail, detail);
  EXPECT_TRUE(reader.at_end());
}

void expect_value(const Bytes& bytes, const V& expected) {
  AmfReader reader(bytes);
  const auto value = reader.read();
  ASSERT_TRUE(value) << value.error().detail;
  EXPECT_EQ(*value, expected);
  EXPECT_TRUE(reader.at_end());
}

TEST(AmfReader, ReadsEveryMarker) {
  for (const auto* cases : {&both_ways(), &read_only()})
    for (const Case& c : *cases) {
      SCOPED_TRACE(c.name);
      expect_value(c.bytes, c.value);
    }
}

TEST(AmfReader, StopsBehindEachValue) {
  for (const auto* cases : {&both_ways(), &read_only()})
    for (const Case& c : *cases) {
      SCOPED_TRACE(c.name);
      const Bytes bytes = join({c.bytes, wire("02 0003'end'")});
      AmfReader reader(bytes);
      ASSERT_TRUE(reader.read());
      const auto next = reader.read();
      ASSERT_TRUE(next) << next.error().detail;
      EXPECT_EQ(next->as_string(), "end");
      EXPECT_TRUE(reader.at_end());
    }
}

void expect_error_or_fewer_values(const Case& c, std::size_t size) {
  SCOPED_TRACE(c.name + " cut to "s + std::to_string(size));
  const Bytes bytes = cut(c.bytes, size);
  AmfReader reader(bytes);
  const auto value = reader.read();
  EXPECT_TRUE(reader.at_end());
  if (value) {
    EXPECT_TRUE(value->is(V::Type::kObject));  // only they may end with the message
    EXPECT_LE(count_values(*value), count_values(c.value));
  } else {
    EXPECT_EQ(value.error().code, ErrorCode::kBadAmf);
  }
}

TEST(AmfReader, AValueCutShortIsAnErrorOrHasFewerValues) {
  for (const auto* cases : {&both_ways(), &read_only()})
    for (const Case& c : *cases) {
      const std::size_t step = c.bytes.size() > 1000 ? 997 : 1;  // inside a long string all offsets are alike
      for (std::size_t size = 0; size < c.bytes.size(); size += size < 10 ? 1 : step)
        expect_error_or_fewer_values(c, size);
    }
}

TEST(AmfReader, AtTheEndThereIsNoValue) { expect_error({}, "AMF value of 1 bytes, 0 left"); }

TEST(AmfReader, ANumberMayBeNotANumber) {
  const Bytes bytes = wire("00 7FF8000000000001");
  const auto value = AmfReader(bytes).read();
  ASSERT_TRUE(value);
  EXPECT_TRUE(std::isnan(value->as_number()));
  AmfWriter writer;
  writer.write(*value);
  EXPECT_EQ(writer.take(), bytes);
}

TEST(AmfReader, AnEcmaArraysCountIsOnlyAHint) {
  for (const char* count : {"00000000", "00000001", "00000007", "FFFFFFFF"}) {
    SCOPED_TRACE(count);
    expect_value(wire("08"s + count + "0001'a' 05 0001'b' 06 000009"),
                 V::object({{"a", V::null()}, {"b", V()}}));
  }
}

TEST(AmfReader, AnObjectMayEndWithTheMessage) {
  expect_value(wire("03 0001'a' 05"), V::object({{"a", V::null()}}));
  expect_value(wire("08 00000001 0001'a' 05"), V::object({{"a", V::null()}}));
  expect_value(wire("03 0001'a' 03 0001'b' 05"), V::object({{"a", V::object({{"b", V::null()}})}}));
}

TEST(AmfReader, AnEndMarkerBehindANameIsNoEnd) {
  expect_error(wire("03 0001'a' 09"), "AMF0 marker 9 starts no value");
}

TEST(AmfReader, ReservedAndUnknownMarkersAreErrors) {
  for (unsigned marker : {0x04u, 0x09u, 0x0Eu, 0x12u, 0xFFu}) {
    const std::string detail = "AMF0 marker " + std::to_string(marker) + " starts no value";
    expect_error({static_cast<std::uint8_t>(marker), 0, 0, 0, 0}, detail);
  }
}

TEST(AmfReader, AStringLongerThanTheMessageIsAnError) {
  expect_error(wire("02 0005'live'"), "AMF string of 5 bytes, 4 left");
  expect_error(wire("0C FFFFFFFF'live'"), "AMF string of 4294967295 bytes, 4 left");
  expect_error(wire("03 FFFF'app' 05"), "AMF string of 65535 bytes, 4 left");
}

TEST(AmfReader, AStrictArraysCountMustFitTheBytesLeft) {
  expect_error(wire("0A FFFFFFFF 050505"), "AMF array of 4294967295 values, 3 bytes left");
  expect_error(wire("0A 00000004 050505"), "AMF array of 4 values, 3 bytes left");
  expect_error(wire("0A 00000003 05 020000"), "AMF value of 1 bytes, 0 left");
}

TEST(AmfReader, AnErrorLeavesWhatWasReadBefore) {
  const Bytes bytes = wire("02 0007'connect' 00 3FF0000000000000 03 0003'app' 04 05 05");
  AmfReader reader(bytes);
  const auto name = reader.read();
  const auto transaction = reader.read();
  ASSERT_TRUE(name && transaction);
  EXPECT_EQ(name->as_string(), "connect");
  EXPECT_EQ(transaction->as_number(), 1);
  EXPECT_FALSE(reader.read());
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.read());
}

TEST(AmfReader, ReadsOnInAmf0BehindAnAmf3Value) {  // OBS 29, additionalMedia
  expect_value(wire("03 0002'id' 02 0001'1' 0005'media' 11 0C 07 010203 0001'x' 05 000009"),
               V::object({{"id", V::string("1")}, {"media", V::amf3()}, {"x", V::null()}}));
}

TEST(AmfReader, AnErrorInAnAmf3ValueIsAnError) {
  expect_error(wire("11 0C 09 010203"), "AMF value of 4 bytes, 3 left");
  expect_error(wire("11"), "AMF value of 1 bytes, 0 left");
}

TEST(AmfReader, NestsAsDeepAsTheLimit) {
  const Bytes end = wire("000009");
  struct {
    Bytes open, innermost, close;
  } const kinds[] = {
      {wire("03 0001'a'"), wire("05"), end},
      {wire("08 00000001 0001'a'"), wire("05"), end},
      {wire("10 0001'C' 0001'a'"), wire("05"), end},
      {wire("0A 00000001"), wire("05"), {}},
  };
  for (const auto& kind : kinds) {
    for (int depth : {limits::kMaxAmfDepth, limits::kMaxAmfDepth + 1, 10'000}) {
      SCOPED_TRACE(std::to_string(kind.open[0]) + " to depth " + std::to_string(depth));
      const auto times = static_cast<std::size_t>(depth);
      const Bytes bytes = join({repeat(kind.open, times), kind.innermost, repeat(kind.close, times)});
      if (depth == limits::kMaxAmfDepth) {
        EXPECT_TRUE(AmfReader(bytes).read());
      } else {
        expect_error(bytes, "AMF nested 17 deep, at most 16");
      }
    }
  }
}

TEST(AmfReader, DepthIsForgottenBehindEachContainer) {
  const Bytes deep = join({repeat(wire("03 0001'a'"), 15), wire("05"), repeat(wire("000009"), 15)});
  const Bytes bytes = repeat(join({wire("0A 0000000A"), repeat(deep, 10)}), 10);
  AmfReader reader(bytes);
  for (int i = 0; i < 10; ++i) {
    const auto value = reader.read();
    ASSERT_TRUE(value) << value.error().detail;
    EXPECT_EQ(value->elements().size(), 10u);
  }
  EXPECT_TRUE(reader.at_end());
}

TEST(AmfReader, SixHundredThousandObjectsInOneAnotherAreRefused) {
  expect_error(repeat(wire("03 0001'a'"), 600'000), "AMF nested 17 deep, at most 16");
}

TEST(AmfReader, AMessageHasAtMostTenThousandValues) {
  ASSERT_EQ(limits::kMaxAmfValues, 10'000u);
  const char* refused = "10001 AMF values in a message, at most 10000";
  const Bytes end = wire("000009");

  const Bytes property = wire("0001'a' 05");
  EXPECT_TRUE(AmfReader(join({wire("03"), repeat(property, 9'999), end})).read());
  expect_error(join({wire("03"), repeat(property, 10'000), end}), refused);
  expect_error(join({wire("0A 00002710"), repeat(wire("05"), 10'000)}), refused);

  const Bytes nulls = repeat(wire("05"), 10'001);
  AmfReader reader(nulls);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(reader.read());
  const auto last = reader.read();
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().detail, refused);
}

TEST(AmfReader, AMillionTinyPropertiesAreRefused) {
  const Bytes bytes = join({wire("03"), repeat(wire("0000 05"), 1'000'000)});
  expect_error(bytes, "10001 AMF values in a message, at most 10000");
}

TEST(AmfReader, ValuesInsideAmf3CountToo) {
  // 11 09: an AMF3 array, 9998 nulls; U29 of 9998 << 1 | 1: 81 9C 1D
  const Bytes bytes = join({wire("11 09 819C1D 01"), repeat(wire("01"), 9'998), wire("05")});
  AmfReader reader(bytes);
  ASSERT_TRUE(reader.read());
  const auto next = reader.read();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().detail, "10001 AMF values in a message, at most 10000");
}

TEST(AmfWriter, WritesWhatTheReaderReads) {
  for (const Case& c : both_ways()) {
    SCOPED_TRACE(c.name);
    AmfWriter writer;
    writer.write(c.value);
    EXPECT_EQ(writer.take(), c.bytes);
  }
}

TEST(AmfWriter, WhatWasReadIsReadBackEqual) {
  for (const Case& c : read_only()) {
    if (c.bytes[0] == 0x11 || c.value.find("11")) continue;  // AMF3 is not kept
    SCOPED_TRACE(c.name);
    AmfWriter writer;
    writer.write(c.value);
    expect_value(writer.take(), c.value);
  }
}

TEST(AmfWriter, AnAmf3ValueIsWrittenAsUndefined) {
  AmfWriter writer;
  writer.write(V::amf3());
  EXPECT_EQ(writer.take(), wire("06"));
}

TEST(AmfWriter, AppendsValueAfterValue) {
  AmfWriter writer;
  writer.string("_result").number(1).null().undefined().boolean(true);
  EXPECT_EQ(writer.take(), wire("02 0007'_result' 00 3FF0000000000000 05 06 01 01"));
}

TEST(AmfWriter, ATooLongNameIsCut) {
  AmfWriter writer;
  writer.write(V::object({{std::string(65'540, 'k'), V::null()}}));
  expect_value(writer.take(), V::object({{std::string(65'535, 'k'), V::null()}}));
}

TEST(AmfValue, GivesTheOtherValueForAnotherType) {
  const V string = V::string("live");
  EXPECT_EQ(string.as_number(7), 7);
  EXPECT_TRUE(string.as_boolean(true));
  EXPECT_EQ(V::number(1).as_string("none"), "none");
  EXPECT_FALSE(V::number(1).as_boolean());
  EXPECT_EQ(V::boolean(true).as_number(7), 7);
  EXPECT_EQ(V::date(3).as_number(7), 3);
  EXPECT_TRUE(V().is(V::Type::kUndefined));
}

TEST(AmfValue, FindsAPropertyByItsExactNameFirst) {
  const V object = V::object({{"TCURL", V::number(1)}, {"tcUrl", V::number(2)}, {"app", V::number(3)}});
  ASSERT_TRUE(object.find("tcUrl") && object.find("tcurl") && object.find("App"));
  EXPECT_EQ(object.find("tcUrl")->as_number(), 2);
  EXPECT_EQ(object.find("tcurl")->as_number(), 1);
  EXPECT_EQ(object.find("App")->as_number(), 3);
  EXPECT_EQ(object.find("ap"), nullptr);
  EXPECT_EQ(object.find("apps"), nullptr);
  EXPECT_EQ(V::string("app").find("app"), nullptr);
}

TEST(AmfValue, ATransactionIdMayBeAnyNumber) {
  for (double id : {-1.0, 1e300, -0.0, std::numeric_limits<double>::infinity()}) {
    AmfWriter writer;
    writer.number(id);
    const Bytes bytes = writer.take();
    expect_value(bytes, V::number(id));
  }
}

}  // namespace
}  // namespace rtmp
