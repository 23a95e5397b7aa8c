// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>

namespace rtmp::test {

/// The system resources that this process holds, according to Linux's /proc, and the bytes of its heap.
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

/// The server joins the threads of ended connections when the next client comes. So a client comes while this
/// looks. If a publisher's thread had not quite ended by then, one more client is needed.
Held with_one_stranger(std::uint16_t port, const std::optional<Held>& expected = {});

/// The memory in pages that this process uses, and the most that it has used since it began or since
/// forget_peak_memory(), in bytes.
std::size_t memory_now();
std::size_t peak_memory();
void forget_peak_memory();

}  // namespace rtmp::test
