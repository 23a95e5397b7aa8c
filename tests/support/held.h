// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>

namespace rtmp::test {

/// What this process holds of the system's, from Linux's /proc, and of the heap, in bytes.
struct Held {
  std::ptrdiff_t descriptors;
  std::ptrdiff_t threads;
  std::size_t heap;

  [[nodiscard]] bool as_many_as(const Held& other) const {
    return descriptors == other.descriptors && threads == other.threads;
  }
};

std::ostream& operator<<(std::ostream& out, const Held& held);

Held held_now();

/// The server joins what has ended when the next client comes. So one comes, and is there while we look; a
/// publisher whose thread had not quite ended by then needs one more.
Held with_one_stranger(std::uint16_t port, const std::optional<Held>& expected = {});

/// The memory that this process has in use, and the most that it has had at once since it began or since
/// forget_peak_memory(), in bytes: pages, not what was allocated.
std::size_t memory_now();
std::size_t peak_memory();
void forget_peak_memory();

}  // namespace rtmp::test
