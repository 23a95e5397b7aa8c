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
#include "rtmp/networks.h"
#include "rtmp/result.h"
#include "rtmp/tls_certificate.h"

namespace rtmp {

/// Which connections a server with a certificate takes.
enum class TlsMode {
  kRequired,  // those with TLS
  kOptional,  // those with TLS and those without: the first byte tells them apart
};

struct ServerConfig {
  std::string host;              // a name or an address to listen on; empty: all addresses, IPv4 and IPv6
  std::uint16_t port = 1935;     // 0: a free port
  TlsCertificate certificate{};  // with its private key; null: no TLS
  TlsMode tls_mode = TlsMode::kRequired;
  TlsAuthorities authorities{};  // not null: clients of TLS must show a certificate of one of these
  // The files of the two. If what they hold changes, it counts from the next handshake on. Empty: none to
  // follow.
  TlsFiles tls_files{};
  // The addresses of balancers. A connection from one of these begins with a header of the PROXY protocol,
  // before TLS, and the client that the header names counts as the peer. A header from any other address is
  // refused.
  Networks proxies{};
  // How long a client may take from accept() to the end of the handshake, and from the connect command to the
  // publish command, however many bytes it sends meanwhile.
  std::chrono::seconds handshake_deadline = limits::kHandshakeDeadline;
  std::chrono::seconds publish_deadline = limits::kPublishDeadline;
};

/// Listens for RTMP clients, and routes each publisher to the mount that it asks for. It owns the listening
/// sockets, a thread that accepts connections, and a reader thread for each connection. Any thread may call
/// any function.
class Server {
 public:
  /// `logger` must outlive the server, and is called from any thread.
  Server(ServerConfig config, Logger& logger);
  ~Server();  // calls stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Claims a mount. If a server of this process listens on the host and port of `config`, that server is
  /// used. Otherwise, and always for port 0, a new server is made and started. The server stops when the last
  /// reference to it goes. Blocks while a host name is looked up. Errors are those of start() and claim(),
  /// and kOtherSettings if the server that is there has other settings of TLS or of balancers. The error
  /// names both owners and the settings. A certificate is the same if it is in the same files, whatever these
  /// held at another time, or if it is the one that the server was started with or uses
  /// now.
  static Result<std::shared_ptr<Server>> share(const ServerConfig& config, Logger& logger, MountSpec spec,
                                               MountDelegate& delegate);

  /// Binds the sockets and listens. Blocks while the host name is looked up. A kAddressInUse or kCannotListen
  /// error names the address.
  Result<void> start();

  /// Closes all connections and joins all threads. The delegates of publishers are told kStopped. Blocks
  /// until no delegate is called any more.
  void stop();

  /// Returns the port on which the server listens. 0 before start().
  [[nodiscard]] std::uint16_t port() const;
  /// Returns the counters of the port. They may be read at any time, also after the server was deleted.
  [[nodiscard]] std::shared_ptr<const PortCounters> counters() const;

  /// Routes matching publishers to `delegate`, which must stay until release(). If several mounts match a
  /// publisher, the most specific one gets it: a stream key counts for more than an application. Returns
  /// kAlreadyClaimed if another mount has the same application and stream key.
  Result<void> claim(MountSpec spec, MountDelegate& delegate);

  /// Ends the stream of a claim for good. Its publisher is told that this side stops, and is closed. Later
  /// publishers are told that the mount is busy. Does not block. `delegate` may be called until release().
  void finish(MountDelegate& delegate);

  /// Ends the publisher of the claim of `delegate`, and nothing else. Returns whether there is one. Does not
  /// block.
  bool dismiss(MountDelegate& delegate, Dismissal how);

  /// Sets whether the mount of `delegate` takes new publishers. Does not block. A port that opens again is
  /// tried once a second until it is free.
  void set_accepting(MountDelegate& delegate, Accepting accepting);

  /// Asks the publisher of the claim of `delegate` to connect again, to this URL if it is not empty. A
  /// publisher that understands that gets limits::kReconnectTime to end its stream by itself. Any other is
  /// closed at its next key frame, which is not handed on, or after that time. Returns whether there is a
  /// publisher. Does not block.
  bool request_reconnect(MountDelegate& delegate, const std::string& url);

  /// From now on handshakes use this certificate, in place of the one of the configuration and of its files.
  /// Returns kBadCertificate if it cannot be used, or if the server has none. Calls check_certificate(), and
  /// blocks as long.
  Result<void> set_certificate(TlsCertificate certificate);

  /// The delegate has room for another publisher again, see MountDelegate::has_room(). Does not block.
  void has_room(MountDelegate& delegate);

  /// Ends the claim of `delegate`, if there is one. Its publisher is told that this side stops, and is
  /// closed. Blocks until `delegate` is called no more, so the delegate must not block in tag() or flush()
  /// any longer.
  void release(MountDelegate& delegate);

 private:
  [[nodiscard]] TlsCertificate certificate() const;
  [[nodiscard]] std::string owner() const;

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rtmp
