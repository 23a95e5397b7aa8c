// SPDX-License-Identifier: LGPL-2.1-or-later
#include "constant_time.h"

#include <gtest/gtest.h>

#include <string>

namespace rtmp::test {
namespace {

using namespace std::string_literals;

TEST(EqualInConstantTime, IsEqual) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time({}, ""));
  EXPECT_TRUE(equal_in_constant_time("key\0\xFF"s, "key\0\xFF"s));
  EXPECT_FALSE(equal_in_constant_time("key", "kex"));
  EXPECT_FALSE(equal_in_constant_time("key", "Key"));
  EXPECT_FALSE(equal_in_constant_time("key", "ke"));
  EXPECT_FALSE(equal_in_constant_time("", "k"));
  EXPECT_FALSE(equal_in_constant_time("a\0b"s, "a\0c"s));
  EXPECT_FALSE(equal_in_constant_time("\x80", "\x00"s));
}

}  // namespace
}  // namespace rtmp::test
