// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "rtmp/result.h"

namespace rtmp::test {

/// A host of its own in this process: a network namespace of Linux with one interface. A file gives and takes
/// its packets.
class VirtualHost {
 public:
  /// The calling thread enters it. For the first host it must be the only thread so far, unless the user is
  /// root: others may make namespaces only as another user, and only for whole processes. An error says what
  /// this system lacks.
  static Result<VirtualHost> create(const std::string& address);
  VirtualHost(VirtualHost&& other) noexcept;
  VirtualHost& operator=(VirtualHost&&) = delete;
  ~VirtualHost();

  /// The calling thread is on this host from now on, and so are the sockets that it makes, and the threads
  /// and processes that it starts.
  void enter() const;
  /// An IPv4 packet, or one of IPv6, with each read and write. Does not block.
  [[nodiscard]] int packets() const { return packets_; }

 private:
  VirtualHost(int space, int packets) : namespace_(space), packets_(packets) {}

  int namespace_;
  int packets_;
};

}  // namespace rtmp::test
