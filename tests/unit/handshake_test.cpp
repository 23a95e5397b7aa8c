// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handshake.h"

#include <glib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

#include "digest.h"
#include "memory_stream.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr std::size_t kPacket = 1536;
constexpr std::size_t kFieldOfDigestFirst = 8;
constexpr std::size_t kFieldOfKeyFirst = 772;

const std::string kPlayerKey = "Genuine Adobe Flash Player 001";
const std::string kMediaServerKey = "Genuine Adobe Flash Media Server 001";
const std::string kKeyTail =
    "\xF0\xEE\xC2\x4A\x80\x68\xBE\xE8\x2E\x00\xD0\xD1\x02\x9E\x7E\x57"
    "\x6E\xEC\x5D\x2D\x29\x80\x6F\xAB\x93\xB8\xE6\x36\xCF\xEB\x31\xAE"s;

// The formulas once more, by other means than digest.cpp: strings, and GLib's function that makes hex.
std::string hmac(const std::string& key, const std::string& data) {
  const auto byte_pointer = [](const std::string& s) { return reinterpret_cast<const guchar*>(s.data()); };
  gchar* hex = g_compute_hmac_for_data(G_CHECKSUM_SHA256, byte_pointer(key), key.size(), byte_pointer(data),
                                       data.size());
  std::string digest;
  for (const gchar* p = hex; *p; p += 2) {
    digest.push_back(static_cast<char>(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1])));
  }
  g_free(hex);
  return digest;
}

std::size_t position_of_digest(const std::string& packet, std::size_t field) {
  unsigned sum = 0;
  for (const char c : packet.substr(field, 4)) sum += static_cast<std::uint8_t>(c);
  return sum % 728 + (field == kFieldOfDigestFirst ? 12 : 776);
}

std::string digest_in(const std::string& packet, std::size_t field) {
  return packet.substr(position_of_digest(packet, field), 32);
}

std::string right_digest(std::string packet, std::size_t field, const std::string& key) {
  return hmac(key, packet.erase(position_of_digest(packet, field), 32));
}

/// A C1 with this version, and bytes in which a shift by one would show.
std::string make_c1(const std::string& version) {
  std::string c1(kPacket, '\0');
  for (std::size_t i = 0; i < kPacket; ++i) c1[i] = static_cast<char>(i * 7 + i / 256);
  return c1.replace(4, 4, version);
}

std::string make_signed_c1(std::size_t field, const std::string& offset) {
  std::string c1 = make_c1("\x09\x00\x7C\x02"s).replace(field, 4, offset);
  return c1.replace(position_of_digest(c1, field), 32, right_digest(c1, field, kPlayerKey));
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

struct Reply {
  std::string s0, s1, s2;
};

/// Shakes hands with a client that sends C0, `c1`, a C2 that is no echo, and `rest`, in every split.
void for_each_handshake(const std::string& c1, const std::string& rest,
                        const std::function<void(const Reply&)>& check) {
  for_each_split(bytes_of("\x03" + c1 + std::string(kPacket, '\x5A') + rest), [&](MemoryStream& peer) {
    ReadBuffer in(peer);
    const auto done = accept_handshake(in, peer);
    ASSERT_TRUE(done) << done.error().detail;
    ASSERT_EQ(peer.written().size(), 1 + 2 * kPacket);
    EXPECT_EQ(peer.write_count(), 1u);
    const std::string all(peer.written().begin(), peer.written().end());
    check({all.substr(0, 1), all.substr(1, kPacket), all.substr(1 + kPacket)});

    ASSERT_TRUE(in.ensure(rest.size()));
    EXPECT_EQ(std::string(in.data(), in.data() + in.available()), rest);
  });
}

void expect_simple_answer(const std::string& c1) {
  for_each_handshake(c1, "", [&](const Reply& reply) {
    EXPECT_EQ(reply.s0, "\x03");
    EXPECT_EQ(reply.s1.substr(4, 4), "\0\0\0\0"s);
    EXPECT_TRUE(reply.s2 == c1);
  });
}

void expect_signed_answer(const std::string& c1, std::size_t field) {
  for_each_handshake(c1, "", [&](const Reply& reply) {
    EXPECT_EQ(reply.s0, "\x03");
    EXPECT_EQ(reply.s1.substr(4, 4), "\x0D\x0E\x0A\x0D");
    EXPECT_EQ(digest_in(reply.s1, field), right_digest(reply.s1, field, kMediaServerKey));
    const std::string key = hmac(kMediaServerKey + kKeyTail, digest_in(c1, field));
    EXPECT_EQ(reply.s2.substr(kPacket - 32), hmac(key, reply.s2.substr(0, kPacket - 32)));
  });
}

std::string c1_of_ffmpeg() {
  std::ifstream file(TEST_DATA_DIR "/ffmpeg-c0c1.bin", std::ios::binary);
  const std::string c0c1{std::istreambuf_iterator<char>(file), {}};
  return c0c1.size() == 1 + kPacket ? c0c1.substr(1) : "";
}

TEST(Handshake, EchoesAPlainC1) { expect_simple_answer(make_c1("\0\0\0\0"s)); }

TEST(Handshake, FindsTheDigestOfARecordedFfmpeg) {
  const std::string c1 = c1_of_ffmpeg();
  ASSERT_EQ(c1.size(), kPacket);
  const Bytes bytes = bytes_of(c1);
  const auto found = find_client_digest(std::span(bytes).first<kPacket>());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->layout, DigestLayout::kDigestFirst);
  EXPECT_EQ(std::string(found->digest.begin(), found->digest.end()), c1.substr(494, 32));
  expect_signed_answer(c1, kFieldOfDigestFirst);
}

TEST(Handshake, AnswersADigestInTheLayoutOfTheClient) {
  // The least offset, the greatest (727), the first that wraps (728), and the greatest sum.
  for (const auto& offset : {"\0\0\0\0"s, "\xFF\xFF\xD9\x00"s, "\xFF\xFF\xDA\x00"s, "\xFF\xFF\xFF\xFF"s}) {
    for (const std::size_t field : {kFieldOfDigestFirst, kFieldOfKeyFirst}) {
      SCOPED_TRACE("field at " + std::to_string(field));
      expect_signed_answer(make_signed_c1(field, offset), field);
    }
  }
}

TEST(Handshake, EchoesAC1WhoseDigestIsWrong) {
  for (const std::size_t field : {kFieldOfDigestFirst, kFieldOfKeyFirst}) {
    for (const std::size_t touched : {std::size_t{0}, std::size_t{700}, kPacket - 1}) {
      std::string c1 = make_signed_c1(field, "\x01\x02\x03\x04");
      c1[touched] ^= 1;
      expect_simple_answer(c1);
    }
  }
  expect_simple_answer(make_c1("\x80\x00\x07\x02"s));
}

TEST(Handshake, LooksForNoDigestUnderVersionZero) {
  std::string c1 = make_signed_c1(kFieldOfDigestFirst, "\x01\x02\x03\x04").replace(4, 4, "\0\0\0\0"s);
  c1.replace(position_of_digest(c1, kFieldOfDigestFirst), 32,
             right_digest(c1, kFieldOfDigestFirst, kPlayerKey));
  expect_simple_answer(c1);
}

TEST(Handshake, SendsOtherRandomBytesEachTime) {
  std::string last;
  for_each_handshake(make_c1("\0\0\0\0"s), "", [&](const Reply& reply) {
    EXPECT_TRUE(reply.s1 != last);
    last = reply.s1;
  });
}

TEST(Handshake, LeavesWhatFollowsC2InTheBuffer) {
  for_each_handshake(make_c1("\0\0\0\0"s), "\x03 the chunk of connect", [](const Reply&) {});
}

TEST(Handshake, RefusesOtherProtocolsAtTheirFirstByte) {
  const struct {
    std::string start;
    std::string_view named;
    ErrorCode code = ErrorCode::kBadHandshake;
  } cases[] = {
      {"\x06", "RTMPE (version 6)"},
      {"\x08", "RTMPE (version 8)"},
      {"\x09", "RTMPE (version 9)"},
      {"\x16\x03\x01\x02\x00\x01"s, "TLS ClientHello"},
      {"GET / HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"POST /open/1 HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"PUT / HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"PROPFIND / HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"HEAD / HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"OPTIONS * HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"DELETE / HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"CONNECT example.com:443 HTTP/1.1\r\n", "HTTP", ErrorCode::kHttp},
      {"PROXY TCP4 10.0.0.1 10.0.0.2 5000 1935\r\n", "PROXY"},
      {"\r\n\r\n\0\r\nQUIT\n"s, "PROXY"},
      {"\0"s, "version 0"},
      {"\x02", "version 2"},
      {"\x1F", "version 31"},
      {"\xFF", "version 255"},
  };
  for (const auto& [start, named, code] : cases) {
    for_each_split(bytes_of(start), [&, &what = named, expected = code](MemoryStream& peer) {
      ReadBuffer in(peer);
      const auto refused = accept_handshake(in, peer);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, expected);
      EXPECT_NE(refused.error().detail.find(what), std::string::npos) << refused.error().detail;
      EXPECT_TRUE(peer.written().empty());
    });
  }
}

TEST(Handshake, WaitsForNoSecondByteOfAStranger) {
  MemoryStream peer(bytes_of("\x16\x03\x01"), split_every(1, 3));
  ReadBuffer in(peer);
  EXPECT_FALSE(accept_handshake(in, peer));
  EXPECT_EQ(peer.delivered(), 1u);
}

TEST(Handshake, ReportsAPeerThatEndsAtAnyStage) {
  const std::string all = "\x03" + make_c1("\0\0\0\0"s) + std::string(kPacket, 'x');
  for (const std::size_t sent : {0u, 1u, 2u, 1536u, 1537u, 1538u, 3072u}) {
    SCOPED_TRACE(std::to_string(sent) + " bytes sent");
    for (const ErrorCode code : {ErrorCode::kEndOfStream, ErrorCode::kReset, ErrorCode::kTimedOut}) {
      for_each_split(bytes_of(all.substr(0, sent)), [&](MemoryStream& peer) {
        peer.end_with({code, "cut"});
        ReadBuffer in(peer);
        const auto cut = accept_handshake(in, peer);
        ASSERT_FALSE(cut);
        EXPECT_EQ(cut.error().code, code);
        EXPECT_EQ(peer.written().size(), sent < 1 + kPacket ? 0 : 1 + 2 * kPacket);
      });
    }
  }
}

TEST(Handshake, ReportsAWriteThatFails) {
  for_each_split(bytes_of("\x03" + make_c1("\0\0\0\0"s) + std::string(kPacket, 'x')), [](MemoryStream& peer) {
    peer.fail_writes_with({ErrorCode::kReset, "gone"});
    ReadBuffer in(peer);
    const auto failed = accept_handshake(in, peer);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::kReset);
  });
}

}  // namespace
}  // namespace rtmp::test
