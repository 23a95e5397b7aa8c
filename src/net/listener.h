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

/// Listening sockets of one port, and the thread that accepts on them. `logger` and `warnings` must outlive
/// it.
class Listener {
 public:
  using Accepted = std::function<void(GObjectPtr<GSocket>)>;

  Listener(Logger& logger, RepeatedWarnings& warnings)
      : logger_(logger), warnings_(warnings), wake_(g_cancellable_new()) {}
  ~Listener() { stop(); }

  /// Binds `host` (empty: every address, IPv4 and IPv6 at once; a name: those of its addresses that this
  /// machine has) at `port` (0: a free one) and accepts from then on; `accepted` runs on the accept thread,
  /// and so does `woken` some time after each wake().
  Result<void> start(
      const std::string& host, std::uint16_t port, Accepted accepted, std::function<void()> woken = [] {});
  /// From any thread, also when it is not started, or not any more.
  void wake() { g_cancellable_cancel(wake_.get()); }

  /// Closes the sockets. Nothing runs on the accept thread after it returns.
  void stop();

  /// The port in use; 0 before start().
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Result<void> listen_on_all(const std::string& host);
  Result<void> listen(GSocketAddress* address);
  void accept_loop(const Accepted& accepted, const std::function<void()>& woken);

  Logger& logger_;
  RepeatedWarnings& warnings_;
  GObjectPtr<GCancellable> wake_;
  GPollFD wake_fd_{};  // wake_, to wait for
  std::atomic<bool> stopped_{false};
  std::vector<GObjectPtr<GSocket>> sockets_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace rtmp
