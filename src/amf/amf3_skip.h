// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rtmp/result.h"

namespace rtmp {

/// How many bytes the one AMF3 value at the start of `bytes` takes (AMF 3 specification, January 2013), or
/// kBadAmf. Adds the values in it to `values`, which counts those of the whole message against
/// limits::kMaxAmfValues; the depth starts anew.
///
/// An externalizable object is an error, because only its class knows where it ends. The traits table starts
/// empty, so that an object whose class was sent in an earlier value of the message is an error too: senders
/// differ on whether the table outlives a value, and a wrong entry would misplace all that follows.
Result<std::size_t> skip_amf3_value(std::span<const std::uint8_t> bytes, std::size_t& values);

}  // namespace rtmp
