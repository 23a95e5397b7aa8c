// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "certificate_files.h"
#include "gio_stream.h"
#include "rtmp/tls_certificate.h"
#include "tls_client.h"
#include "tls_stream.h"

namespace rtmp::test {

inline constexpr std::chrono::seconds kPatience{10};

inline GTlsCertificate* certificate() {
  static const TlsCertificate loaded = [] {
    const CertificateFiles files = make_certificate("server");
    return std::move(load_certificate(files.certificate, files.key)).value();
  }();
  return loaded.get();
}

inline Bytes text(const std::string& s) { return {s.begin(), s.end()}; }

inline Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return bytes;
}

class ListeningSocket {
 public:
  ListeningSocket()
      : socket_(g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nullptr)) {
    GObjectPtr<GSocketAddress> address(g_inet_socket_address_new_from_string("127.0.0.1", 0));
    g_socket_set_timeout(socket_.get(), static_cast<guint>(kPatience.count()));
    g_socket_bind(socket_.get(), address.get(), TRUE, nullptr);
    g_socket_listen(socket_.get(), nullptr);
  }
  [[nodiscard]] std::uint16_t port() const {
    GObjectPtr<GSocketAddress> address(g_socket_get_local_address(socket_.get(), nullptr));
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get()));
  }
  GObjectPtr<GSocket> accept() {
    return GObjectPtr<GSocket>(g_socket_accept(socket_.get(), nullptr, nullptr));
  }

 private:
  GObjectPtr<GSocket> socket_;
};

/// The stream below a TlsStream: a socket that counts, and that can be told to fail.
class Inner final : public ByteStream {
 public:
  explicit Inner(GObjectPtr<GSocket> accepted) : socket(std::move(accepted), [this] { on_read(); }) {
    socket.set_idle_timeout(kPatience);
  }
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override {
    ++reads;
    last_reader = std::this_thread::get_id();
    if (read_error && writes >= fail_after_writes) return *read_error;
    if (spread_first_record) return spread(first);
    return socket.read(first, second);
  }
  Result<void> write(std::span<const std::uint8_t> bytes) override {
    ++writes;
    if (write_error) return *write_error;
    return socket.write(bytes);
  }

  /// Reads the first record as if it had come as records of one byte each.
  Result<std::size_t> spread(std::span<std::uint8_t> out) {
    while (spread_bytes.empty()) {
      Bytes header(5);
      for (std::size_t got = 0; got < header.size(); ++got)
        if (auto some = socket.read(std::span(header).subspan(got, 1), {}); !some) return some;
      for (std::size_t left = header[3] * 256u + header[4]; left > 0; --left) {
        std::uint8_t byte = 0;
        if (auto some = socket.read({&byte, 1}, {}); !some) return some;
        for (const std::uint8_t b : {header[0], header[1], header[2], std::uint8_t{0}, std::uint8_t{1}, byte})
          spread_bytes.push_back(b);
      }
    }
    const std::size_t n = std::min(out.size(), spread_bytes.size() - spread_given);
    std::copy_n(spread_bytes.begin() + static_cast<std::ptrdiff_t>(spread_given), n, out.begin());
    spread_given += n;
    if (spread_given == spread_bytes.size()) spread_first_record = false;
    return n;
  }

  std::function<void()> on_read = [] {};  // the socket is about to wait
  bool spread_first_record = false;
  Bytes spread_bytes;
  std::size_t spread_given = 0;
  GioStream socket;
  int reads = 0;
  int writes = 0;
  int fail_after_writes = 0;
  std::optional<Error> read_error;
  std::optional<Error> write_error;
  std::thread::id last_reader;
};

/// A connection with both its sides.
struct Connected {
  Connected() : client(listening.port()), inner(listening.accept()), server(inner, certificate()) {}

  bool handshake() {
    auto shaken = std::async(std::launch::async, [this] { return client.handshake(); });
    const auto served = server.handshake();
    EXPECT_TRUE(served) << served.error().detail;
    return shaken.get() && served;
  }
  // Returns what the server reads until there are n bytes or it fails. Each read gets no more than `most`.
  Bytes receive(std::size_t n, std::size_t most = 1 << 20) {
    Bytes bytes(n);
    std::size_t got = 0;
    while (got < n) {
      const auto some = server.read(std::span(bytes).subspan(got, std::min(most, n - got)), {});
      if (!some) break;
      got += *some;
    }
    bytes.resize(got);
    return bytes;
  }
  Error read_error() {
    Bytes bytes(100);
    const auto got = server.read(bytes, {});
    return got ? Error{ErrorCode::kIo, "no error, but bytes"} : got.error();
  }

  ListeningSocket listening;
  TlsClient client;
  Inner inner;
  TlsStream server;
};

}  // namespace rtmp::test
