// SPDX-License-Identifier: LGPL-2.1-or-later
#include "auth_response.h"

#include <gtest/gtest.h>

namespace rtmp::test {
namespace {

// What clients answered that logged in as "user" with "pass".

TEST(AdobeResponse, IsWhatFfmpegSends) {
  const AdobeExchange exchange{.user = "user",
                               .salt = "be5df0e8e0e21844b52ef868",
                               .from_server = "da4be66d5b7ac99c5c005bc1",
                               .from_client = "2bc179bd"};
  EXPECT_EQ(adobe_response(exchange, "pass"), "WJL6ELcZDAkkoGz0Uz8H2A==");
}

TEST(AdobeResponse, IsWhatRtmp2sinkSends) {
  const AdobeExchange exchange{.user = "user",
                               .salt = "7ea8db66c7f004ddc025b06c",
                               .from_server = "659c9672e6b5087362c22c5e",
                               .from_client = "1cd9d23f"};
  EXPECT_EQ(adobe_response(exchange, "pass"), "vy4BhJnpmddQJZJsLfU0fQ==");
}

TEST(AdobeResponse, IsWhatLibrtmpSends) {
  const AdobeExchange exchange{.user = "user",
                               .salt = "9fa8290de84e094ef720cffe",
                               .from_server = "1a0f86d264bc3f0e231ecc38",
                               .from_client = "rOH4Qw=="};
  EXPECT_EQ(adobe_response(exchange, "pass"), "a1LhqT1z6kedy3ODo3XLCg==");
}

TEST(LimelightResponse, IsWhatFfmpegSends) {
  const LimelightExchange one_level{.user = "user",
                                    .application = "live",
                                    .nonce = "d48e410185305da5ae98156a",
                                    .count = "00000001",
                                    .client_nonce = "b1cce869"};
  EXPECT_EQ(limelight_response(one_level, "pass"), "dbbced711cee6532ed8be287925ec03f");
  const LimelightExchange two_levels{.user = "user",
                                     .application = "live/two",
                                     .nonce = "20c7e6fc3e5f02212191b1ce",
                                     .count = "00000001",
                                     .client_nonce = "6a88c2df"};
  EXPECT_EQ(limelight_response(two_levels, "pass"), "a5f9048363a4af5e28a65ff13eee3f03");
}

TEST(LimelightResponse, IsWhatLibrtmpSends) {
  const LimelightExchange exchange{.user = "user",
                                   .application = "live",
                                   .nonce = "6f97b44164ea39eae35c5606",
                                   .count = "00000001",
                                   .client_nonce = "43f8e1ac"};
  EXPECT_EQ(limelight_response(exchange, "pass"), "88df0252f4b572a2441525209ab7feb4");
}

// Computed with Python's hashlib.

TEST(AuthResponse, TakesAnyBytes) {
  EXPECT_EQ(adobe_response({"jos\xC3\xA9", "s4lt", "0pAqUe", "01234567"}, "p+/=w@"),
            "iSTUoCWq2BVFBWjEnItRAw==");
  EXPECT_EQ(limelight_response({"jos\xC3\xA9", "a/b/c", "n", "00000002", "cn"}, "p+/=w@"),
            "1a0da9eee15846162a9c672714d92444");
}

TEST(AuthResponse, OfNothingIsOneAsWell) {
  EXPECT_EQ(adobe_response({}, {}), "2iu9I2HkRim3Dk3gBSXrow==");
  EXPECT_EQ(limelight_response({}, {}), "16ca2547f5ca20cd5882dd60957f567c");
}

}  // namespace
}  // namespace rtmp::test
