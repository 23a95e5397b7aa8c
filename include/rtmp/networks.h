// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rtmp/result.h"

typedef struct _GInetAddressMask GInetAddressMask;

namespace rtmp {

/// A list of IPv4 and IPv6 networks. Copies share the memory of the networks. Any thread may call contain().
class Networks {
 public:
  /// Reads a list such as "10.0.0.0/8, fd00::/8, 192.0.2.7": networks in CIDR notation and addresses, with
  /// commas between them. An empty text is an empty list. A kBadNetwork error names the part that cannot be
  /// read, and why.
  static Result<Networks> parse(std::string_view text);

  /// Returns whether one of the networks has this address. A text that is no address is in no network.
  [[nodiscard]] bool contain(const std::string& address) const;

  [[nodiscard]] bool empty() const { return masks_.empty(); }
  /// Returns whether each list has every network of the other.
  friend bool operator==(const Networks& a, const Networks& b);

  /// Adds all networks of another list.
  void add(const Networks& others) {
    masks_.insert(masks_.end(), others.masks_.begin(), others.masks_.end());
  }

 private:
  std::vector<std::shared_ptr<GInetAddressMask>> masks_;
};

}  // namespace rtmp
