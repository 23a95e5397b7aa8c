// SPDX-License-Identifier: LGPL-2.1-or-later
#include "door.h"

#include <cstdio>
#include <thread>

#include "site.h"
#include "statistics.h"

namespace rtmp::bench {
namespace {

constexpr double kSetupLimit = 2000;    // a second
constexpr double kStrangersLimit = 15;  // % of a core
constexpr Place kPlacesOfStrangers = 32;

struct SetUp {
  double rate;              // publishers a second
  double cpu_per_thousand;  // seconds of the server
  double startup_seconds;
};

SetUp set_up(const Options& options) {
  Site site(options, options.streams);
  const double cpu = site.server().cpu_so_far();
  const auto start = Clock::now();
  site.add_all_publishers();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const auto publishers = static_cast<double>(options.streams);
  const double cost = site.server().cpu_so_far() - cpu;
  (void)site.end();
  return {publishers / seconds, cost * 1000 / publishers, site.startup_seconds()};
}

/// So many a second; each closes the connection as soon as it is there. Returns how many there were.
std::size_t send_strangers(int port, std::size_t rate, std::chrono::seconds duration) {
  const auto start = Clock::now();
  const std::size_t all = rate * static_cast<std::size_t>(duration.count());
  for (std::size_t i = 0; i < all; ++i) {
    std::this_thread::sleep_until(start + std::chrono::nanoseconds(std::chrono::seconds(1)) * i / rate);
    (void)connect_to_loopback(port, Site::kFreePlace + static_cast<Place>(i) % kPlacesOfStrangers);
  }
  return all;
}

}  // namespace

void run_setup_rate(const Options& options) {
  std::printf("%zu publishers, an element each, on one port: each connects when the one before publishes\n",
              options.streams);
  std::printf("%10s %10s %18s\n", "start s", "a second", "CPU s of 1,000");
  std::vector<double> rates;
  std::vector<double> costs;
  for (std::size_t round = 0; round < options.runs; ++round) {
    const SetUp one = set_up(options);
    rates.push_back(one.rate);
    costs.push_back(one.cpu_per_thousand);
    std::printf("%10.2f %10.0f %18.3f\n", one.startup_seconds, one.rate, one.cpu_per_thousand);
    std::fflush(stdout);
  }
  std::printf("medians (lowest..highest): %s a second (at least %.0f wanted), CPU %s s of 1,000  %s\n",
              spread(rates, 0).c_str(), kSetupLimit, spread(costs, 3).c_str(),
              median(rates) >= kSetupLimit ? "ok" : "BELOW THE LIMIT");
}

void run_strangers(const Options& options) {
  const std::chrono::seconds duration(options.seconds);
  const auto seconds = static_cast<double>(options.seconds);
  std::printf(
      "%zu strangers a second for %u s, who connect and leave, beside %zu publishers that are silent\n",
      options.strangers, options.seconds, options.streams);
  Site site(options, options.streams);
  site.add_all_publishers();
  std::printf("%12s %12s %16s\n", "came a s", "without, %", "with, % of a core");
  std::vector<double> costs;
  for (std::size_t round = 0; round < options.runs; ++round) {
    const double before = site.server().cpu_so_far();
    std::this_thread::sleep_for(duration);
    const double without = site.server().cpu_so_far();
    const auto start = Clock::now();
    const std::size_t came = send_strangers(site.server().port(), options.strangers, duration);
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    const double with = site.server().cpu_so_far();
    const double alone = 100 * (without - before) / seconds;
    costs.push_back(100 * (with - without) / took - alone);
    std::printf("%12.0f %12.2f %16.2f\n", static_cast<double>(came) / took, alone, costs.back() + alone);
    std::fflush(stdout);
  }
  (void)site.end();
  std::printf("median (lowest..highest) of what they cost: %s %% of a core (limit %.0f)  %s\n",
              spread(costs, 1).c_str(), kStrangersLimit,
              median(costs) <= kStrangersLimit ? "ok" : "ABOVE THE LIMIT");
}

}  // namespace rtmp::bench
