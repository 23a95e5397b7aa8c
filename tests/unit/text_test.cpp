// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text.h"

#include <gtest/gtest.h>

#include <string>

namespace rtmp::test {
namespace {

using namespace std::string_literals;

TEST(Text, IsPrintableInALogLine) {
  EXPECT_EQ(printable("live/app 2~!"), "live/app 2~!");
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("a\0b\nc\x1B[31md\x7F"s), "a.b.c.[31md.");
  EXPECT_EQ(printable("\xC3\xA9\xFF"), "...");
  EXPECT_EQ(printable(std::string(128, 'x')), std::string(128, 'x'));
  EXPECT_EQ(printable(std::string(129, 'x')), std::string(128, 'x') + "...");
  EXPECT_EQ(printable(std::string(1 << 20, '\n')), std::string(128, '.') + "...");
}

TEST(Text, IsNeverWholeWhereItIsASecret) {
  EXPECT_EQ(masked(""), "(empty)");
  EXPECT_EQ(masked("a"), "***");
  EXPECT_EQ(masked("abcd"), "***");
  EXPECT_EQ(masked("abcde"), "ab***");
  EXPECT_EQ(masked("live_1234_verysecret"), "li***");
  EXPECT_EQ(masked("\0\nxyz"s), "..***");
  EXPECT_EQ(masked(std::string(1000, 's')), "ss***");
}

}  // namespace
}  // namespace rtmp::test
