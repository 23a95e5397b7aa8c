// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: how it is split, then what the balancer sends.
#include "proxy_header.h"

#include <arpa/inet.h>

#include <array>

#include "input.h"
#include "require.h"

namespace rtmp::fuzz {
namespace {

void check(const test::Bytes& sent, test::MemoryStream peer, std::optional<std::string>& outcome) {
  const auto read = read_proxy_header(peer);
  std::string told = read ? (*read ? (*read)->text() : "nobody") : read.error().detail;
  if (read && *read) {
    std::array<std::uint8_t, 16> address{};
    const bool v6 = (*read)->host.find(':') != std::string::npos;
    require(inet_pton(v6 ? AF_INET6 : AF_INET, (*read)->host.c_str(), address.data()) == 1,
            "a client has an address");
  }
  if (read) {
    require(peer.delivered() >= 15, "a header has a length");
    if (sent[0] == 'P') require(sent[peer.delivered() - 1] == '\n', "nothing behind the line is read");
    told += " at " + std::to_string(peer.delivered());
  }
  require(!outcome || *outcome == told, "it does not count how the bytes come");
  outcome = told;
}

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rtmp::fuzz::Delivery delivery(data, size);
  std::optional<std::string> outcome;
  rtmp::fuzz::check(delivery.bytes, delivery.at_once(), outcome);
  rtmp::fuzz::check(delivery.bytes, delivery.in_pieces(), outcome);
  return 0;
}
