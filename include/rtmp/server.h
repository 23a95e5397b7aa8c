// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "rtmp/limits.h"
#include "rtmp/log.h"
#include "rtmp/publish.h"
#include "rtmp/result.h"
#include "rtmp/tag.h"

namespace rtmp {

/// What a mount takes. Without an application, any; without a stream key, any. Publishers may put the
/// boundary between the two elsewhere: "live" and "room/key" is "live/room" and "key".
struct MountSpec {
  std::optional<std::string> application;
  std::optional<std::string> stream_key;
  std::chrono::seconds timeout{30};  // without a byte from its publisher; 0: for ever
};

/// Who takes what is published to a mount. All calls for one publisher come from that publisher's reader
/// thread, and one publisher's calls end before the next one's begin. None may call back into the Server.
class MountDelegate {
 public:
  virtual ~MountDelegate() = default;

  /// A publisher that matches the mount. False turns it away as busy, and nothing else is called for it.
  virtual bool publish_begins(const PublishRequest& request) = 0;

  /// One tag, in order. May block, and the publisher with it; must return once the delegate is stopping.
  virtual void tag(Tag tag) = 0;

  /// Nothing more is here right now: the thread is about to wait for the network. May block as tag() may.
  virtual void flush() = 0;

  /// The last call for this publisher.
  virtual void publish_ended(EndReason reason) = 0;
};

struct ServerConfig {
  std::string host;           // name or address to listen on; empty: every address, IPv4 and IPv6
  std::uint16_t port = 1935;  // 0: a free one
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

  /// Binds and listens; kAddressInUse or kCannotListen with the address in the detail.
  Result<void> start();

  /// Closes everything and joins all threads. Each publisher's delegate is told kStopped.
  void stop();

  /// The port that is listened on; 0 before start().
  [[nodiscard]] std::uint16_t port() const;

  /// Routes matching publishers to `delegate`, which must outlive the claim. A mount with a stream key is
  /// looked at before one without.
  void claim(MountSpec spec, MountDelegate& delegate);

  /// Ends the claim: closes its publisher's connection, and returns when `delegate` is called no more. The
  /// delegate must not block in tag() or flush() any longer.
  void release(MountDelegate& delegate);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rtmp
