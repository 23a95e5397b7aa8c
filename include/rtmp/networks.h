// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rtmp/result.h"

typedef struct _GInetAddressMask GInetAddressMask;

namespace rtmp {

/// Networks of IPv4 and IPv6. Copies share what they hold; any thread may ask.
class Networks {
 public:
  /// Reads "10.0.0.0/8, fd00::/8, 192.0.2.7": networks in CIDR notation, or addresses, with commas between
  /// them. Empty text is none. kBadNetwork names what cannot be read, and why.
  static Result<Networks> parse(std::string_view text);

  /// Whether an address is in one of them; what is no address is in none.
  [[nodiscard]] bool contain(const std::string& address) const;

  /// Takes those of others as well.
  void add(const Networks& others) {
    masks_.insert(masks_.end(), others.masks_.begin(), others.masks_.end());
  }

 private:
  std::vector<std::shared_ptr<GInetAddressMask>> masks_;
};

}  // namespace rtmp
