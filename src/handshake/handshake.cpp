// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handshake.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "digest.h"
#include "endian.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::uint32_t kDigestServerVersion = 0x0D0E0A0D;  // as nginx-rtmp; all but 0 mean a signed S1

using Reply = std::array<std::uint8_t, 1 + 2 * kHandshakePacketSize>;  // S0, S1, S2

constexpr std::string_view kHttpRequest = "HTTP request on the RTMP port";
constexpr std::string_view kProxyHeader =
    "PROXY protocol header, which is not expected from this address: name the balancer in trusted-proxies, "
    "or turn "
    "the header off";
constexpr std::string_view kProxy = "PROX";  // POST, PUT, PATCH and PROPFIND do not begin like this

Result<void> check_version(ReadBuffer& in) {
  if (*in.data() == kVersion) return {};
  const std::size_t enough = *in.data() == kProxy[0] ? kProxy.size() : 1;
  if (auto some = in.ensure(enough); !some) return some;
  return not_rtmp({in.data(), enough});
}

// These bytes are padding and no secret. std::random_device throws if the process has no file descriptor
// left.
void fill_random(std::span<std::uint8_t> out) {
  std::minstd_rand generator(g_random_int());
  std::generate(out.begin(), out.end(), [&] { return static_cast<std::uint8_t>(generator()); });
}

// Not on the stack, because the stack of each connection's thread keeps all memory that was ever written to.
std::unique_ptr<Reply> answer_to(ConstHandshakePacket c1) {
  auto answer = std::make_unique<Reply>();
  Reply& reply = *answer;
  fill_random(reply);
  reply[0] = kVersion;
  const auto s1 = std::span(reply).subspan<1, kHandshakePacketSize>();
  const auto s2 = std::span(reply).last<kHandshakePacketSize>();

  const bool may_be_signed = load_be32(&c1[4]) != 0;
  const auto client = may_be_signed ? find_client_digest(c1) : std::nullopt;
  store_be32(&s1[0], 0);  // time: this side's epoch is now
  store_be32(&s1[4], client ? kDigestServerVersion : 0);
  if (client) {
    sign_s1(s1, client->layout);
    sign_s2(s2, client->digest);
  } else {
    // Bytes 4 to 7 could be the time at which C1 was read. librtmp compares them, too, and accepts only 0.
    std::ranges::copy(c1, s2.begin());
  }
  return answer;
}

}  // namespace

Error not_rtmp(std::span<const std::uint8_t> start) {
  const std::uint8_t version = start[0];
  const auto bad = [](std::string detail) { return Error{ErrorCode::kBadHandshake, std::move(detail)}; };
  switch (version) {
    case 6:
    case 8:
    case 9:
      return bad("RTMPE (version " + std::to_string(version) + ") is not supported");
    case 0x16:
      return bad("TLS ClientHello on a plain port: publish to rtmp://, or turn TLS on");
    case 0x0D:  // the version of PROXY that is not text
      return bad(std::string(kProxyHeader));
    case 'P':
      if (std::ranges::equal(start.first(std::min(start.size(), kProxy.size())), kProxy))
        return bad(std::string(kProxyHeader));
      return {ErrorCode::kHttp, std::string(kHttpRequest)};
    case 'G':  // GET
    case 'H':  // HEAD
    case 'O':  // OPTIONS
    case 'D':  // DELETE
    case 'C':  // CONNECT
      return {ErrorCode::kHttp, std::string(kHttpRequest)};
    default:
      return bad("version " + std::to_string(version) + ", not " + std::to_string(kVersion));
  }
}

Result<void> accept_handshake(ReadBuffer& in, ByteStream& out) {
  // One byte is enough to refuse a stranger. Many wait for an answer before they send 1536 bytes more.
  if (auto c0 = in.ensure(1); !c0) return c0;
  if (auto version = check_version(in); !version) return version;
  in.skip(1);

  if (auto c1 = in.ensure(kHandshakePacketSize); !c1) return c1;
  auto reply = answer_to(ConstHandshakePacket(in.data(), kHandshakePacketSize));
  in.skip(kHandshakePacketSize);
  if (auto written = out.write(*reply); !written) return written;
  reply.reset();

  if (auto c2 = in.ensure(kHandshakePacketSize); !c2) return c2;
  in.skip(kHandshakePacketSize);
  return {};
}

}  // namespace rtmp
