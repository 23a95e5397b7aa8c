// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace rtmp {

/// What counts as one place that connections come from: an IPv4 address, or the first 64 bits of one of IPv6,
/// of which a host has all the others. A key to compare, not text.
std::string network_of(const std::string& host);

}  // namespace rtmp
