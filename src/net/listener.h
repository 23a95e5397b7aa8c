// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "glib_ptr.h"
#include "repeated_warnings.h"
#include "rtmp/log.h"
#include "rtmp/result.h"

namespace rtmp {

/// The listening sockets of one port, and the thread that accepts connections on them. `logger` and
/// `warnings` must outlive it.
class Listener {
 public:
  using Accepted = std::function<void(GObjectPtr<GSocket>)>;

  Listener(Logger& logger, RepeatedWarnings& warnings)
      : logger_(logger), warnings_(warnings), wake_(g_cancellable_new()) {}
  ~Listener() { stop(); }

  /// Binds `host` and `port`, and accepts connections from then on. An empty host means all addresses, IPv4
  /// and IPv6; a name means those of its addresses that this machine has. Port 0 means a free one. The accept
  /// thread calls `accepted` for each connection, and `woken` some time after each wake(). Blocks while a
  /// name is looked up.
  Result<void> start(
      const std::string& host, std::uint16_t port, Accepted accepted, std::function<void()> woken = [] {});
  /// Makes the accept thread call `woken`. Any thread may call it, also before start() and after stop().
  void wake() { g_cancellable_cancel(wake_.get()); }

  /// Closes the sockets, or opens them again at the same addresses. If one of these is not free, that is
  /// tried again once a second. The accept thread calls it, from `woken` or `accepted`.
  void set_open(bool open);

  /// Closes the sockets and joins the accept thread.
  void stop();

  /// Returns the port in use. 0 before start().
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Result<void> listen_on_all(const std::string& host);
  Result<void> listen(GSocketAddress* address);
  bool open_again();
  void accept_loop(const Accepted& accepted, const std::function<void()>& woken);

  Logger& logger_;
  RepeatedWarnings& warnings_;
  GObjectPtr<GCancellable> wake_;
  GPollFD wake_fd_{};  // polls wake_
  std::atomic<bool> stopped_{false};
  std::vector<GObjectPtr<GSocket>> sockets_;
  std::vector<GObjectPtr<GSocketAddress>> addresses_;  // where they listen
  bool open_ = true;                                   // the accept thread uses it
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace rtmp
