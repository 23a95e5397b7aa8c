// SPDX-License-Identifier: LGPL-2.1-or-later
#include "virtual_host.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rtmp::test {
namespace {

Error failed(const std::string& what) { return {ErrorCode::kIo, what + ": " + std::strerror(errno)}; }

sockaddr ipv4(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, text.c_str(), &address.sin_addr);
  sockaddr generic;
  std::memcpy(&generic, &address, sizeof generic);
  return generic;
}

// Gives the interface its address, in a network of 256, and switches it on.
bool configure(ifreq interface, const std::string& address) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto set = [&](unsigned long request) { return ioctl(socket, request, &interface) == 0; };
  interface.ifr_addr = ipv4(address);
  bool done = set(SIOCSIFADDR);
  interface.ifr_netmask = ipv4("255.255.255.0");
  done = done && set(SIOCSIFNETMASK);
  interface.ifr_flags = IFF_UP | IFF_RUNNING;
  done = done && set(SIOCSIFFLAGS);
  close(socket);
  return done;
}

}  // namespace

Result<VirtualHost> VirtualHost::create(const std::string& address) {
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
    return failed("no network namespace");
  VirtualHost host(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
                   open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (host.namespace_ < 0) return failed("/proc/thread-self/ns/net");
  if (host.packets_ < 0) return failed("/dev/net/tun");
  ifreq interface {};
  std::strcpy(interface.ifr_name, "test0");
  interface.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(host.packets_, TUNSETIFF, &interface) != 0) return failed("no TUN interface");
  if (!configure(interface, address)) return failed("no address for a TUN interface");
  return host;
}

VirtualHost::VirtualHost(VirtualHost&& other) noexcept
    : namespace_(std::exchange(other.namespace_, -1)), packets_(std::exchange(other.packets_, -1)) {}

VirtualHost::~VirtualHost() {
  if (namespace_ >= 0) close(namespace_);
  if (packets_ >= 0) close(packets_);
}

void VirtualHost::enter() const {
  if (setns(namespace_, CLONE_NEWNET) != 0) std::abort();
}

}  // namespace rtmp::test
