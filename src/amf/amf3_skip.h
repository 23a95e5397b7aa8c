// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rtmp/result.h"

namespace rtmp {

/// Returns how many bytes the AMF3 value at the start of `bytes` takes (AMF 3 specification, January 2013),
/// or kBadAmf. It adds the number of values to `values`, the count of the whole message, which is limited by
/// limits::kMaxAmfValues. The depth is counted from 0.
///
/// An externalizable object is an error, because only its class knows where it ends. The table of traits is
/// empty at first, so an object whose class was sent in an earlier value of the message is an error, too:
/// senders differ on whether the table outlives a value, and a wrong entry would misplace all that follows.
Result<std::size_t> skip_amf3_value(std::span<const std::uint8_t> bytes, std::size_t& values);

}  // namespace rtmp
