// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: how it is split, then what the client sends.
#include <algorithm>

#include "digest.h"
#include "handshake.h"
#include "input.h"
#include "require.h"

namespace rtmp::fuzz {
namespace {

constexpr std::size_t kReply = 1 + 2 * kHandshakePacketSize;

// S0+S1+S2, or nothing yet.
void check_reply(const test::Bytes& sent, const test::Bytes& written) {
  const bool answered = !sent.empty() && sent[0] == 3 && sent.size() > kHandshakePacketSize;
  require(written.size() == (answered ? kReply : 0), "C1 is answered whole, and nothing else is");
  if (!answered) return;
  require(written[0] == 3, "S0 is version 3");
  const auto c1 = std::span(sent).subspan<1, kHandshakePacketSize>();
  const auto s2 = std::span(written).last<kHandshakePacketSize>();
  if (load_be32(&c1[4]) != 0 && find_client_digest(c1)) {
    require(load_be32(&written[5]) != 0, "an S1 with a digest says so");
  } else {
    require(load_be32(&written[5]) == 0, "an S1 without a digest says so");
    require(std::ranges::equal(s2, c1), "S2 without a digest is C1");
  }
}

void check(const test::Bytes& sent, test::MemoryStream peer) {
  ReadBuffer in(peer);
  const auto shaken = accept_handshake(in, peer);
  check_reply(sent, peer.written());
  if (shaken) {
    require(sent.size() >= kReply, "a handshake is complete");
    const auto rest = std::span(sent).subspan(kReply, peer.delivered() - kReply);
    require(std::ranges::equal(rest, std::span(in.data(), in.available())), "what follows C2 stays");
  } else if (!sent.empty() && sent[0] == 'P' && sent.size() < 4) {
    require(shaken.error().code == ErrorCode::kEndOfStream, "it takes four bytes to tell PROXY from HTTP");
  } else if (!sent.empty() && sent[0] != 3) {
    require(shaken.error().code == ErrorCode::kBadHandshake || shaken.error().code == ErrorCode::kHttp,
            "another version is an error");
  } else {
    require(shaken.error().code == ErrorCode::kEndOfStream, "version 3 goes on until the client's end");
    require(sent.size() < kReply, "it asks for no more than C0, C1 and C2");
  }
}

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rtmp::fuzz::Delivery delivery(data, size);
  rtmp::fuzz::check(delivery.bytes, delivery.at_once());
  rtmp::fuzz::check(delivery.bytes, delivery.in_pieces());
  return 0;
}
