// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol_control.h"

#include <gtest/gtest.h>

#include "wire.h"

namespace rtmp::test {
namespace {

TEST(ProtocolControl, WritesNumbers) {
  EXPECT_EQ(encode_number(0), wire("00000000"));
  EXPECT_EQ(encode_number(0x01020304), wire("01020304"));
  EXPECT_EQ(encode_number(0xFFFFFFFF), wire("FFFFFFFF"));
}

TEST(ProtocolControl, WritesSetPeerBandwidth) {
  EXPECT_EQ(encode_set_peer_bandwidth(2'500'000, BandwidthLimit::kDynamic), wire("002625A0 02"));
  EXPECT_EQ(encode_set_peer_bandwidth(1, BandwidthLimit::kHard), wire("00000001 00"));
  EXPECT_EQ(encode_set_peer_bandwidth(1, BandwidthLimit::kSoft), wire("00000001 01"));
}

TEST(ProtocolControl, WritesUserControlEvents) {
  EXPECT_EQ(encode_user_control(UserControlEvent::kStreamBegin, 1), wire("0000 00000001"));
  EXPECT_EQ(encode_user_control(UserControlEvent::kPingRequest, 2), wire("0006 00000002"));
  EXPECT_EQ(encode_user_control(UserControlEvent::kPingResponse, 0x01020304), wire("0007 01020304"));
}

TEST(ProtocolControl, ReadsTheFirstNumberOfABody) {
  EXPECT_EQ(decode_number(wire("00010000")), 65536u);
  EXPECT_EQ(decode_number(wire("FFFFFFFF")), 0xFFFFFFFFu);
  EXPECT_EQ(decode_number(wire("00000005 02")), 5u);  // Set Peer Bandwidth
  for (std::size_t size = 0; size < 4; ++size)
    EXPECT_EQ(decode_number(cut(wire("01020304"), size)), std::nullopt) << size;
}

TEST(ProtocolControl, ReadsPingRequestsAlone) {
  EXPECT_EQ(decode_ping_request(wire("0006 01020304")), 0x01020304u);
  EXPECT_EQ(decode_ping_request(wire("0006 01020304 05")), 0x01020304u);
  for (std::size_t size = 0; size < 6; ++size)
    EXPECT_EQ(decode_ping_request(cut(wire("0006 01020304"), size)), std::nullopt) << size;
  // Stream Begin, Set Buffer Length, the answer to a ping, an SWF's verification, and events of nobody.
  for (const char* other : {"0000 00000001", "0003 00000001 00000BB8", "0007 01020304", "001B 01010203",
                            "1234 01020304", "0600 01020304", "0106 01020304", "06"})
    EXPECT_EQ(decode_ping_request(wire(other)), std::nullopt) << other;
}

}  // namespace
}  // namespace rtmp::test
