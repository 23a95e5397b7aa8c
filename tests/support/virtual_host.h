// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "rtmp/result.h"

namespace rtmp::test {

/// A host of its own in this process: a network namespace of Linux with one interface, whose packets a file
/// gives and takes.
class VirtualHost {
 public:
  /// The calling thread enters it. For the first one, it must be the only thread yet, or root's: others may
  /// make namespaces only as another user, and that is for whole processes. An error says what this system
  /// does not have.
  static Result<VirtualHost> create(const std::string& address);
  VirtualHost(VirtualHost&& other) noexcept;
  VirtualHost& operator=(VirtualHost&&) = delete;
  ~VirtualHost();

  /// The calling thread is on this host from now on: the sockets that it makes, and the threads and processes
  /// that it starts.
  void enter() const;
  /// An IPv4 packet, or one of IPv6, with each read and write. Does not block.
  [[nodiscard]] int packets() const { return packets_; }

 private:
  VirtualHost(int space, int packets) : namespace_(space), packets_(packets) {}

  int namespace_;
  int packets_;
};

}  // namespace rtmp::test
