// SPDX-License-Identifier: LGPL-2.1-or-later
#include "amf3_skip.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "amf0_reader.h"
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

struct Case {
  const char* name;
  Bytes bytes;
  std::size_t values;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> cases = {
      {"undefined", wire("00"), 1},
      {"null", wire("01"), 1},
      {"false", wire("02"), 1},
      {"true", wire("03"), 1},
      {"integer of 1 byte", wire("04 7F"), 1},
      {"integer of 2 bytes", wire("04 8100"), 1},
      {"integer of 3 bytes", wire("04 FFFF7F"), 1},
      {"integer of 4 bytes", wire("04 FFFFFFFF"), 1},
      {"integer of 4 bytes, the last below 80", wire("04 80808001"), 1},
      {"double", wire("05 3FF0000000000000"), 1},
      {"string", wire("06 09'live'"), 1},
      {"empty string", wire("06 01"), 1},
      {"string of 64 bytes", join({wire("06 8101"), repeat(wire("'x'"), 64)}), 1},
      {"string reference", wire("06 00"), 1},
      {"XML document", wire("07 09'<a/>'"), 1},
      {"XML document reference", wire("07 02"), 1},
      {"date", wire("08 01 4270000000000000"), 1},
      {"date reference", wire("08 02"), 1},
      {"empty array", wire("09 01 01"), 1},
      {"dense array", wire("09 05 01 04 01 01"), 3},
      {"associative array", wire("09 01 03'a' 04 01 03'b' 01 01"), 3},
      {"array of both kinds, a name by reference", wire("09 03 03'a' 04 01 00 01 01 05 3FF0000000000000"), 4},
      {"array reference", wire("09 00"), 1},
      {"dynamic object without class", wire("0A 0B 01 03'a' 04 01 01"), 2},
      {"object of a class with two members", wire("0A 23 07'Foo' 03'a' 03'b' 04 01 06 03'x'"), 3},
      {"dynamic object of a class with a member", wire("0A 1B 07'Foo' 03'a' 01 03'z' 02 01"), 3},
      {"object reference", wire("0A 02"), 1},
      {"two objects of one class", wire("09 05 01  0A 13 07'Foo' 03'a' 04 01  0A 01 04 02"), 5},
      {"second class, known by its index", wire("09 07 01  0A 0B 01 01  0A 13 01 03'a' 01  0A 05 01"), 6},
      {"object in an object of the same class", wire("0A 13 07'Foo' 03'a'  0A 01 01"), 3},
      {"dynamic object of a known class", wire("09 05 01  0A 0B 01 01  0A 01 03'a' 02 01"), 4},
      {"XML", wire("0B 09'<a/>'"), 1},
      {"byte array", wire("0C 07 00FF11"), 1},
      {"empty byte array", wire("0C 01"), 1},
      {"byte array reference", wire("0C 04"), 1},
      {"int vector", wire("0D 05 00 00000001 FFFFFFFF"), 1},
      {"uint vector", wire("0E 03 01 00000001"), 1},
      {"double vector", wire("0F 05 00 3FF0000000000000 3FF0000000000000"), 1},
      {"empty double vector", wire("0F 01 01"), 1},
      {"vector reference", wire("0D 02"), 1},
      {"object vector", wire("10 05 00 07'Foo' 0A 13 00 03'a' 01 01"), 4},
      {"object vector reference", wire("10 02"), 1},
      {"dictionary", wire("11 05 00 06 03'k' 04 01 04 02 01"), 5},
      {"empty dictionary", wire("11 01 00"), 1},
      {"dictionary reference", wire("11 02"), 1},
  };
  return cases;
}

void expect_error(const Bytes& bytes, std::string_view detail) {
  std::size_t values = 0;
  const auto size = skip_amf3_value(bytes, values);
  ASSERT_FALSE(size) << "expected: " << detail;
  EXPECT_EQ(size.error().code, ErrorCode::kBadAmf);
  EXPECT_EQ(size.error().detail, detail);
}

TEST(Amf3Skip, FindsTheEndOfEveryMarkersValue) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Bytes bytes = join({c.bytes, wire("01 FF 01")});  // may not count as part of the value
    std::size_t values = 0;
    const auto size = skip_amf3_value(bytes, values);
    ASSERT_TRUE(size) << size.error().detail;
    EXPECT_EQ(*size, c.bytes.size());
    EXPECT_EQ(values, c.values);
  }
}

TEST(Amf3Skip, EveryMarkerIsAmongTheCases) {
  for (unsigned marker = 0x00; marker <= 0x11; ++marker) {
    bool found = false;
    for (const Case& c : cases()) found |= c.bytes[0] == marker;
    EXPECT_TRUE(found) << marker;
  }
}

TEST(Amf3Skip, AValueCutShortIsAnError) {
  for (const Case& c : cases())
    for (std::size_t size = 0; size < c.bytes.size(); ++size) {
      SCOPED_TRACE(c.name + " cut to "s + std::to_string(size));
      const Bytes bytes = cut(c.bytes, size);
      std::size_t values = 0;
      const auto skipped = skip_amf3_value(bytes, values);
      ASSERT_FALSE(skipped);
      EXPECT_EQ(skipped.error().code, ErrorCode::kBadAmf);
    }
}

TEST(Amf3Skip, TheMessageGoesOnInAmf0) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Bytes bytes = join({wire("11"), c.bytes, wire("02 0003'end'")});
    AmfReader reader(bytes);
    const auto amf3 = reader.read();
    ASSERT_TRUE(amf3) << amf3.error().detail;
    EXPECT_TRUE(amf3->is(AmfValue::Type::kAmf3));
    const auto next = reader.read();
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(next->as_string(), "end");
    EXPECT_TRUE(reader.at_end());
  }
}

TEST(Amf3Skip, UnknownMarkersAreErrors) {
  expect_error(wire("12 01 01"), "AMF3 marker 18 starts no value");
  expect_error(wire("FF 01 01"), "AMF3 marker 255 starts no value");
}

TEST(Amf3Skip, AnExternalizableObjectCannotBePassedOver) {
  expect_error(wire("0A 07 03'C' 01 01"), "AMF3 externalizable object, its end cannot be found");
}

TEST(Amf3Skip, TraitsMustHaveBeenSentBefore) {
  expect_error(wire("0A 01 01"), "AMF3 traits 0 of 0 sent before");
  expect_error(wire("09 05 01  0A 0B 01 01  0A 05 01"), "AMF3 traits 1 of 1 sent before");
}

TEST(Amf3Skip, TraitsOfAnEarlierValueAreForgotten) {
  const Bytes bytes = wire("11 0A 0B 01 01  11 0A 01 01");
  AmfReader reader(bytes);
  ASSERT_TRUE(reader.read());
  const auto second = reader.read();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().detail, "AMF3 traits 0 of 0 sent before");
}

TEST(Amf3Skip, DeclaredCountsMustFitTheBytesLeft) {
  expect_error(wire("06 FFFFFFFF 'abc'"), "AMF value of 268435455 bytes, 3 left");
  expect_error(wire("0C FFFFFFFF 'abc'"), "AMF value of 268435455 bytes, 3 left");
  expect_error(wire("09 FFFFFFFF 01 0101"), "AMF array of 268435455 values, 2 bytes left");
  expect_error(wire("0A FFFFFFF3 01 0101"), "AMF object of 33554431 values, 2 bytes left");
  expect_error(wire("0D FFFFFFFF 00 0101"), "AMF value of 1073741821 bytes, 3 left");
  expect_error(wire("0F FFFFFFFF 00 0101"), "AMF value of 2147483641 bytes, 3 left");
  expect_error(wire("10 FFFFFFFF 00 01 0101"), "AMF array of 268435455 values, 2 bytes left");
  expect_error(wire("11 FFFFFFFF 00 0101"), "AMF array of 536870910 values, 2 bytes left");
}

TEST(Amf3Skip, NestsAsDeepAsTheLimit) {
  const struct {
    const char* name;
    Bytes open, close;
  } kinds[] = {
      {"dense array", wire("09 03 01"), {}},
      {"associative array", wire("09 01 03'a'"), wire("01")},
      {"dynamic object", wire("0A 0B 01 03'a'"), wire("01")},
      {"object with a member", wire("0A 13 01 03'a'"), {}},
      {"object vector", wire("10 03 00 01"), {}},
      {"dictionary key", wire("11 03 00"), wire("01")},
      {"dictionary value", wire("11 03 00 01"), {}},
  };
  for (const auto& kind : kinds)
    for (int depth : {limits::kMaxAmfDepth, limits::kMaxAmfDepth + 1, 10'000}) {
      SCOPED_TRACE(kind.name + " to depth "s + std::to_string(depth));
      const auto times = static_cast<std::size_t>(depth);
      const Bytes bytes = join({repeat(kind.open, times), wire("01"), repeat(kind.close, times)});
      if (depth == limits::kMaxAmfDepth) {
        std::size_t values = 0;
        const auto size = skip_amf3_value(bytes, values);
        ASSERT_TRUE(size) << size.error().detail;
        EXPECT_EQ(*size, bytes.size());
      } else {
        expect_error(bytes, "AMF nested 17 deep, at most 16");
      }
    }
}

TEST(Amf3Skip, ValuesCountAgainstTheWholeMessage) {
  const Bytes bytes = wire("09 05 01 01 01");
  std::size_t values = limits::kMaxAmfValues - 3;
  EXPECT_TRUE(skip_amf3_value(bytes, values));
  EXPECT_EQ(values, limits::kMaxAmfValues);
  const auto next = skip_amf3_value(bytes, values);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().detail, "10001 AMF values in a message, at most 10000");
}

TEST(Amf3Skip, AMillionPropertiesAreRefused) {
  const Bytes bytes = join({wire("0A 0B 01"), repeat(wire("03'a' 01"), 1'000'000)});
  expect_error(bytes, "10001 AMF values in a message, at most 10000");
}

}  // namespace
}  // namespace rtmp
