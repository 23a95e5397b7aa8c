// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_name.h"

#include <gtest/gtest.h>

#include <string>

namespace rtmp::test {
namespace {

using namespace std::string_literals;

struct Case {
  std::string text;
  std::string name;
  std::string query = "";
};

TEST(StreamName, OfAnApplicationHasNothingAroundIt) {
  const Case cases[] = {
      {"live", "live"},
      {"live/app2", "live/app2"},
      {"live/", "live"},
      {"/live", "live"},
      {"//live//", "live"},
      {"live/_definst_", "live"},
      {"live/_definst_/", "live"},
      {"live//_definst_", "live"},
      {"/live/_definst_/?a=b", "live", "a=b"},
      {"live?x=1", "live", "x=1"},
      {"live/?x=1", "live", "x=1"},
      {"live?x=1?y=/2/", "live", "x=1?y=/2/"},
      {"live?", "live"},
      {"?x=1", "", "x=1"},
      {"'live'", "live"},
      {"live/_definst_2", "live/_definst_2"},
      {"live_definst_", "live_definst_"},
      {"_definst_", "_definst_"},
      {"_definst_/live", "_definst_/live"},
      {"", ""},
      {"/", ""},
      {"///", ""},
      {"li\0ve"s, "li\0ve"s},
      {"\xC3\xA9t\xC3\xA9/\xFF\xFE", "\xC3\xA9t\xC3\xA9/\xFF\xFE"},
  };
  for (const Case& c : cases) {
    const QueriedName parsed = parse_application(c.text);
    EXPECT_EQ(parsed.name, c.name) << "in '" << c.text << "'";
    EXPECT_EQ(parsed.query, c.query) << "in '" << c.text << "'";
  }
}

TEST(StreamName, OfAStreamIsItsKey) {
  const Case cases[] = {
      {"key", "key"},
      {"key?tok=1", "key", "tok=1"},
      {"cam/1?token=x", "cam/1", "token=x"},
      {"key?a=b?c=d", "key", "a=b?c=d"},
      {"/key", "key"},
      {"key/", "key"},
      {"'key'", "key"},
      {"_definst_", "_definst_"},
      {"live/_definst_", "live/_definst_"},
      {"", ""},
      {"?tok=1", "", "tok=1"},
      {"k\0ey?t\0k"s, "k\0ey"s, "t\0k"s},
      {"\xFF\xC0", "\xFF\xC0"},
  };
  for (const Case& c : cases) {
    const QueriedName parsed = parse_stream_key(c.text);
    EXPECT_EQ(parsed.name, c.name) << "in '" << c.text << "'";
    EXPECT_EQ(parsed.query, c.query) << "in '" << c.text << "'";
  }
}

}  // namespace
}  // namespace rtmp::test
