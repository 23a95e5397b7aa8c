// SPDX-License-Identifier: LGPL-2.1-or-later
#include "proxy_header.h"

#include <gtest/gtest.h>

#include <string>

#include "memory_stream.h"
#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

// Version 2: the start, then command and version, family and protocol, length, addresses.
const std::string kStart = "0D0A0D0A000D0A 'QUIT' 0A ";
const std::string kIPv4 = "C0000201 C0000202 1388 078F ";
const std::string kIPv6 = "20010DB8000000000000000000000001 20010DB8000000000000000000000002 1388 078F ";

Bytes text(const std::string& line) { return {line.begin(), line.end()}; }

Bytes with_length(const std::string& head, const Bytes& body, std::size_t length) {
  return join({wire(kStart + head),
               {static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)},
               body});
}
Bytes binary(const std::string& head, const Bytes& body) { return with_length(head, body, body.size()); }

// Reads it whole and in pieces. What follows the header must be left.
void expect_whole(const Bytes& header, const std::string& client) {
  const Bytes rest = wire("03 000000");
  for_each_split(join({header, rest}), [&](MemoryStream& peer) {
    const auto read = read_proxy_header(peer);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read ? (*read)->text() : "none", client);
    EXPECT_EQ(peer.delivered(), header.size());
  });
}

// The same, and what is cut short anywhere is waited for.
void expect(const Bytes& header, const std::string& client) {
  expect_whole(header, client);
  for (std::size_t size = 0; size < header.size(); ++size) {
    MemoryStream peer(cut(header, size));
    const auto read = read_proxy_header(peer);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ErrorCode::kEndOfStream) << size;
  }
}

void expect_bad(const Bytes& header, const std::string& why, ErrorCode code = ErrorCode::kBadHandshake) {
  for_each_split(header, [&](MemoryStream& peer) {
    const auto read = read_proxy_header(peer);
    ASSERT_FALSE(read) << why;
    EXPECT_EQ(read.error().code, code) << read.error().detail;
    EXPECT_NE(read.error().detail.find("PROXY protocol: "), std::string::npos) << read.error().detail;
    EXPECT_NE(read.error().detail.find(why), std::string::npos) << read.error().detail;
  });
}

TEST(ProxyHeader, OfVersion1NamesTheClient) {
  expect(text("PROXY TCP4 192.0.2.1 192.0.2.2 5000 1935\r\n"), "192.0.2.1:5000");
  expect(text("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), "0.0.0.0:0");
  expect(text("PROXY TCP6 2001:db8::1 2001:db8::2 65535 1935\r\n"), "[2001:db8::1]:65535");
  expect(text("PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::1 1 1\r\n"), "[2001:db8::1]:1");
}

TEST(ProxyHeader, OfVersion1MayHaveTheGreatestLength) {
  const std::string longest =
      "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
      "65535\r\n";
  ASSERT_EQ(longest.size(), 107u);
  expect(text(longest), "none");
  expect_bad(text("PROXY UNKNOWN " + std::string(200, 'x')), "more than 107 bytes");
}

TEST(ProxyHeader, OfVersion1MayNameNobody) {
  expect(text("PROXY UNKNOWN\r\n"), "none");
  expect(text("PROXY UNKNOWN whatever there is\r\n"), "none");
}

TEST(ProxyHeader, OfVersion1IsNotReadWhereItIsWrong) {
  expect_bad(text("PROXY TCP4 192.0.2.1 192.0.2.2 5000 1935\n"), "CR LF");
  expect_bad(text("PROXY TCP4\r\nmore\r\n"), "too short");
  expect_bad(text("PROXY UDP4 192.0.2.1 192.0.2.2 5000 1935\r\n"), "neither TCP4");
  expect_bad(text("PROXY tcp4 192.0.2.1 192.0.2.2 5000 1935\r\n"), "neither TCP4");
  expect_bad(text("PROXY  TCP4 192.0.2.1 192.0.2.2 5000 1935\r\n"), "neither TCP4");
  for (const auto* address : {"192.0.2.256", "192.0.2", "::1", "", "localhost", "192.0.2.1/8"}) {
    expect_bad(text("PROXY TCP4 " + std::string(address) + " 192.0.2.2 5000 1935\r\n"), "address");
    expect_bad(text("PROXY TCP4 192.0.2.2 " + std::string(address) + " 5000 1935\r\n"), "address");
  }
  expect_bad(text("PROXY TCP6 192.0.2.1 192.0.2.2 5000 1935\r\n"), "address");
  expect_bad(text("PROXY TCP6 fe80::1%eth0 ::1 5000 1935\r\n"), "address");
  for (const auto* port : {"65536", "-1", "+1", "", "01", "1x", "99999999999999999999"}) {
    expect_bad(text("PROXY TCP4 192.0.2.1 192.0.2.2 " + std::string(port) + " 1935\r\n"), "port");
    expect_bad(text("PROXY TCP4 192.0.2.1 192.0.2.2 5000 " + std::string(port) + "\r\n"), "port");
  }
  expect_bad(text("PROXY TCP4 192.0.2.1 192.0.2.2 5000 1935 more\r\n"), "port");
  expect_bad(join({text("PROXY TCP4 192.0.2.1"), {0}, text(" 192.0.2.2 5000 1935\r\n")}), "zero");
}

TEST(ProxyHeader, OfVersion2NamesTheClient) {
  expect(binary("21 11", wire(kIPv4)), "192.0.2.1:5000");
  expect(binary("21 21", wire(kIPv6)), "[2001:db8::1]:5000");
}

TEST(ProxyHeader, OfVersion2MayHaveFieldsOfAnyKind) {
  const Bytes tlvs = wire("03 0004 01020304 04 0000 20 0005 01 00000000");  // checksum, padding, TLS
  expect(binary("21 11", join({wire(kIPv4), tlvs})), "192.0.2.1:5000");
  expect(binary("21 21", join({wire(kIPv6), tlvs})), "[2001:db8::1]:5000");
  expect(binary("21 11", join({wire(kIPv4), wire("FF FFFF")})), "192.0.2.1:5000");  // not even looked at
}

TEST(ProxyHeader, OfVersion2MayNameNobody) {
  expect(binary("20 00", {}), "none");                    // LOCAL
  expect(binary("20 11", wire(kIPv4)), "none");           // LOCAL: what it names does not count
  expect(binary("21 00", wire("04 0002 0000")), "none");  // UNSPEC
  expect(binary("21 31", Bytes(216, 'x')), "none");       // a Unix socket
  expect(binary("21 12", wire(kIPv4)), "none");           // UDP
}

TEST(ProxyHeader, OfVersion2IsNotReadWhereItIsWrong) {
  expect_bad(binary("11 11", wire(kIPv4)), "version 1, not 1 or 2");
  expect_bad(binary("31 11", wire(kIPv4)), "version 3");
  expect_bad(binary("22 11", wire(kIPv4)), "command 2");
  expect_bad(binary("21 41", wire(kIPv4)), "family 4");
  expect_bad(binary("21 13", wire(kIPv4)), "protocol 3");
  for (std::size_t size = 0; size < 12; ++size)
    expect_bad(binary("21 11", cut(wire(kIPv4), size)), std::to_string(size) + " bytes, not 12");
  for (std::size_t size = 0; size < 36; ++size)
    expect_bad(binary("21 21", cut(wire(kIPv6), size)), std::to_string(size) + " bytes, not 36");
}

TEST(ProxyHeader, HasAGreatestLength) {
  constexpr std::size_t kMost = limits::kMaxProxyHeader - 16;
  expect_whole(binary("20 00", Bytes(kMost, 1)), "none");
  expect_bad(with_length("20 00", {}, kMost + 1), "at most", ErrorCode::kLimitExceeded);
  expect_bad(with_length("21 11", {}, 0xFFFF), "a header of 65551 bytes", ErrorCode::kLimitExceeded);
}

TEST(ProxyHeader, GivesAnIPv4AddressInAnIPv6AddressAsIPv4) {
  expect(text("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 5000 1935\r\n"), "192.0.2.1:5000");
  expect(binary("21 21", wire("00000000000000000000FFFFC0000201 00000000000000000000FFFFC0000202 1388 078F")),
         "192.0.2.1:5000");
}

TEST(ProxyHeader, ThatIsNotThereIsToldAtTheFirstByteThatShowsIt) {
  for (const auto& other :
       {wire("03"), wire("16 0301"), text("G"), text("PROXI"), text("PROXY\t"), wire("0D0A0D0A00 0A")})
    expect_bad(other, "no header, which must come from here: the first byte is " + std::to_string(other[0]));
}

}  // namespace
}  // namespace rtmp::test
