// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "rtmp/counters.h"
#include "rtmp/limits.h"
#include "rtmp/log.h"
#include "rtmp/mount.h"
#include "rtmp/result.h"
#include "rtmp/tls_certificate.h"

namespace rtmp {

struct ServerConfig {
  std::string host;              // name or address to listen on; empty: every address, IPv4 and IPv6
  std::uint16_t port = 1935;     // 0: a free one
  TlsCertificate certificate{};  // with its private key; null: no TLS, else nothing but TLS
  // From accept() to the end of the handshake, and from the connect command to the publish command: however
  // many bytes drip in until then.
  std::chrono::seconds handshake_deadline = limits::kHandshakeDeadline;
  std::chrono::seconds publish_deadline = limits::kPublishDeadline;
};

/// Listens, speaks RTMP with whoever connects, and routes each publisher to the mount that it asks for. Owns
/// the listening sockets, an accept thread, and a reader thread per connection. Thread-safe.
class Server {
 public:
  /// `logger` must outlive the server.
  Server(ServerConfig config, Logger& logger);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Claims a mount of the server of this process that listens on the config's host and port with its
  /// certificate, or of a new one, which is started. Port 0 is always a new one. It stops when the last
  /// reference goes. Errors as of start() and claim(), and kAddressInUse where the one that is there has
  /// another certificate.
  static Result<std::shared_ptr<Server>> share(const ServerConfig& config, Logger& logger, MountSpec spec,
                                               MountDelegate& delegate);

  /// Binds and listens; kAddressInUse or kCannotListen with the address in the detail.
  Result<void> start();

  /// Closes everything and joins all threads. Each publisher's delegate is told kStopped.
  void stop();

  /// The port that is listened on; 0 before start().
  [[nodiscard]] std::uint16_t port() const;
  /// The connections of the port. They may be read at any time, also when the server has gone.
  [[nodiscard]] std::shared_ptr<const PortCounters> counters() const;

  /// Routes matching publishers to `delegate`, which must outlive the claim. Of several mounts that match,
  /// the one that says more does: key before application. kAlreadyClaimed if one takes the very same.
  Result<void> claim(MountSpec spec, MountDelegate& delegate);

  /// Ends the stream of a claim for good: its publisher is told that this side stops, and closed, and the
  /// next is told that it is busy. Returns at once; `delegate` is still called until it is released.
  void finish(MountDelegate& delegate);

  /// There is room for another publisher now, see MountDelegate::has_room(). Returns at once.
  void has_room(MountDelegate& delegate);

  /// Ends the claim, if there is one: its publisher is told that this side stops, and closed. Returns when
  /// `delegate` is called no more; it must not block in tag() or flush() any longer.
  void release(MountDelegate& delegate);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rtmp
