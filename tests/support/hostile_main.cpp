// SPDX-License-Identifier: LGPL-2.1-or-later
// A HostileClient by itself, so that what the server's process holds is the server's.
#include <cstdio>
#include <cstdlib>

#include "hostile_client.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "hostile_client PORT CONNECTIONS SEED TAKEN-KEY\n");
    return 2;
  }
  const auto number = [&](int i) { return std::strtoul(argv[i], nullptr, 10); };
  using namespace rtmp::test;
  HostileClient client(static_cast<std::uint16_t>(number(1)),
                       Attacks(static_cast<std::uint32_t>(number(3)), argv[4]));
  const auto begin = std::chrono::steady_clock::now();
  client.run(number(2));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%zu connections in %.1f s, %.0f MB\n", client.connections(), took.count(),
              static_cast<double>(client.bytes_sent()) / 1e6);
}
