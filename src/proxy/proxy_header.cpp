// SPDX-License-Identifier: LGPL-2.1-or-later
// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
#include "proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "endian.h"
#include "rtmp/limits.h"

namespace rtmp {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kTextStart = "PROXY ";
constexpr std::string_view kBinaryStart = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kStart = kBinaryStart.size();    // both versions are longer
constexpr std::size_t kLongestText = 107;              // with its CR LF
constexpr std::size_t kIPv4Addresses = 4 + 4 + 2 + 2;  // source, destination, their ports
constexpr std::size_t kIPv6Addresses = 16 + 16 + 2 + 2;

using Client = std::optional<Peer>;

Error bad(std::string detail) { return {ErrorCode::kBadHandshake, "PROXY protocol: " + std::move(detail)}; }

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<void> read_all(ByteStream& stream, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const auto got = stream.read(out, {});
    if (!got) return got.error();
    out = out.subspan(*got);
  }
  return {};
}

Result<void> pass_over(ByteStream& stream, std::size_t size) {
  std::array<std::uint8_t, 512> passed{};
  while (size > 0) {
    const auto part = std::span(passed).first(std::min(size, passed.size()));
    if (auto read = read_all(stream, part); !read) return read;
    size -= part.size();
  }
  return {};
}

std::string to_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

Peer ipv4_peer(const std::uint8_t* address, std::uint16_t port) {
  return {.host = to_text(AF_INET, address), .port = port};
}

Peer ipv6_peer(const std::uint8_t* address, std::uint16_t port) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), address)) return ipv4_peer(address + kMapped.size(), port);
  return {.host = to_text(AF_INET6, address), .port = port};
}

// Version 1: "PROXY TCP4 192.0.2.1 192.0.2.2 5000 1935\r\n".

std::string_view next_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

std::optional<std::uint16_t> to_port(std::string_view word) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  if (word.size() > 1 && word.front() == '0') return std::nullopt;
  return port;
}

Result<Client> parse_text(std::string_view line) {
  std::string_view rest = line.substr(kTextStart.size());
  const std::string_view protocol = next_word(rest);
  if (protocol == "UNKNOWN") return Client();
  const bool v6 = protocol == "TCP6";
  if (!v6 && protocol != "TCP4") return bad("a protocol that is neither TCP4, TCP6 nor UNKNOWN");
  const std::string source(next_word(rest));
  const std::string destination(next_word(rest));
  const auto source_port = to_port(next_word(rest));
  const auto destination_port = to_port(rest);
  const int family = v6 ? AF_INET6 : AF_INET;
  std::array<std::uint8_t, 16> from{};
  std::array<std::uint8_t, 16> to{};
  if (inet_pton(family, source.c_str(), from.data()) != 1 ||
      inet_pton(family, destination.c_str(), to.data()) != 1)
    return bad("an address that cannot be read");
  if (!source_port || !destination_port) return bad("a port that cannot be read");
  return Client(v6 ? ipv6_peer(from.data(), *source_port) : ipv4_peer(from.data(), *source_port));
}

// The line is read by single bytes, because what follows it is not for this reader.
Result<Client> read_text(ByteStream& stream, std::span<const std::uint8_t, kStart> start) {
  std::array<std::uint8_t, kLongestText> line{};
  std::ranges::copy(start, line.begin());
  if (std::ranges::find(start, '\n') != start.end()) return bad("a line that is too short");
  std::size_t size = kStart;
  while (line[size - 1] != '\n') {
    if (size == line.size()) return bad("a line of more than " + std::to_string(kLongestText) + " bytes");
    if (auto read = read_all(stream, std::span(line).subspan(size, 1)); !read) return std::move(read).error();
    ++size;
  }
  if (line[size - 2] != '\r') return bad("a line that does not end with CR LF");
  const std::string_view text = as_text(std::span(line).first(size - 2));
  if (text.find('\0') != std::string_view::npos) return bad("a zero in the line");
  return parse_text(text);
}

// Version 2: the start, version and command (1), family and protocol (1), the length of what follows (2).
Result<Client> read_binary(ByteStream& stream) {
  constexpr int kVersion = 2;
  enum Command { kLocal, kProxy };
  enum Family { kInternet = 1, kInternet6 = 2, kUnix = 3 };
  enum Protocol { kStream = 1, kDatagram = 2 };
  std::array<std::uint8_t, 4> head{};
  if (auto read = read_all(stream, head); !read) return std::move(read).error();
  const int version = head[0] >> 4;
  const int command = head[0] & 15;
  const int family = head[1] >> 4;
  const int protocol = head[1] & 15;
  const std::size_t size = load_be16(&head[2]);
  if (version != kVersion) return bad("version " + std::to_string(version) + ", not 1 or 2");
  if (command > kProxy) return bad("command " + std::to_string(command) + ", not 0 or 1");
  if (family > kUnix || protocol > kDatagram)
    return bad("family " + std::to_string(family) + " and protocol " + std::to_string(protocol));
  if (kStart + head.size() + size > limits::kMaxProxyHeader)
    return Error{ErrorCode::kLimitExceeded, "PROXY protocol: a header of " +
                                                std::to_string(kStart + head.size() + size) +
                                                " bytes, at most " + std::to_string(limits::kMaxProxyHeader)};
  std::array<std::uint8_t, kIPv6Addresses> addresses{};
  const bool tells = command == kProxy && protocol == kStream;
  std::size_t needed = 0;
  if (tells && family == kInternet) needed = kIPv4Addresses;
  if (tells && family == kInternet6) needed = kIPv6Addresses;
  if (size < needed)
    return bad("addresses of " + std::to_string(size) + " bytes, not " + std::to_string(needed));
  if (auto read = read_all(stream, std::span(addresses).first(needed)); !read) return std::move(read).error();
  if (auto passed = pass_over(stream, size - needed); !passed) return std::move(passed).error();
  if (needed == kIPv4Addresses) return Client(ipv4_peer(addresses.data(), load_be16(&addresses[8])));
  if (needed == kIPv6Addresses) return Client(ipv6_peer(addresses.data(), load_be16(&addresses[32])));
  return Client();
}

}  // namespace

Result<std::optional<Peer>> read_proxy_header(ByteStream& stream) {
  std::array<std::uint8_t, kStart> start{};
  bool text = true;
  bool binary = true;
  for (std::size_t size = 0; size < kStart;) {
    const auto got = stream.read(std::span(start).subspan(size), {});
    if (!got) return got.error();
    size += *got;
    const std::string_view so_far = as_text(std::span(start).first(size));
    text = kTextStart.starts_with(so_far.substr(0, kTextStart.size()));
    binary = kBinaryStart.starts_with(so_far);
    if (!text && !binary)
      return bad("no header, which must come from here: the first byte is " + std::to_string(start[0]));
  }
  return text ? read_text(stream, start) : read_binary(stream);
}

}  // namespace rtmp
