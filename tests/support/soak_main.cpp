// SPDX-License-Identifier: LGPL-2.1-or-later
// The publishers of a soak in a process of their own, so that what the server's process holds is the
// server's.
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "soak_publishers.h"

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "soak_publishers PORT TLS-PORT PUBLISHERS SECONDS SEED\n");
    return 2;
  }
  const auto number = [&](int i) { return static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)); };
  using namespace rtmp::test;
  const auto port = static_cast<std::uint16_t>(number(1));
  const auto secure_port = static_cast<std::uint16_t>(number(2));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(number(4));
  SoakCount count;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < number(3); ++i) {
    // Every fifth has TLS: its element listens on the port for that.
    const bool secure = i % 5 == 4;
    threads.emplace_back([=, &count] {
      SoakPublisher(secure ? 0 : port, secure ? secure_port : 0, i, number(5)).run(end, count);
    });
  }
  // The stream key of this one is what the hostile clients want.
  std::size_t wanted = 0;
  threads.emplace_back([&] { wanted = publish_steadily(port, "wanted", end); });
  const std::size_t steady = publish_steadily(port, "steady", end);
  for (std::thread& thread : threads) thread.join();
  std::printf("sessions %zu\ntakeovers %zu\nfailures %zu\nsteady %zu\nwanted %zu\n", count.sessions.load(),
              count.takeovers.load(), count.failures.load(), steady, wanted);
}
