// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "rtmp/error.h"
#include "rtmp/limits.h"

namespace rtmp {

/// The byte in front of an AMF0 value (AMF 0 specification, section 2.1).
enum class Amf0Marker : std::uint8_t {
  kNumber = 0x00,
  kBoolean = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kNull = 0x05,
  kUndefined = 0x06,
  kReference = 0x07,
  kEcmaArray = 0x08,
  kObjectEnd = 0x09,
  kStrictArray = 0x0A,
  kDate = 0x0B,
  kLongString = 0x0C,
  kUnsupported = 0x0D,
  kXmlDocument = 0x0F,
  kTypedObject = 0x10,
  kAvmPlus = 0x11,
};

// Errors that both the AMF0 reader and the AMF3 skipper return.
inline Error amf_cut_short(const char* what, std::size_t needed, std::size_t left) {
  return {ErrorCode::kBadAmf, std::string("AMF ") + what + " of " + std::to_string(needed) + " bytes, " +
                                  std::to_string(left) + " left"};
}
inline Error amf_too_deep(int depth) {
  return {ErrorCode::kBadAmf,
          "AMF nested " + std::to_string(depth) + " deep, at most " + std::to_string(limits::kMaxAmfDepth)};
}
inline Error amf_too_many_values(std::size_t values) {
  return {ErrorCode::kBadAmf, std::to_string(values) + " AMF values in a message, at most " +
                                  std::to_string(limits::kMaxAmfValues)};
}
inline Error amf_count_beyond_end(const char* what, std::size_t count, std::size_t left) {
  return {ErrorCode::kBadAmf, std::string("AMF ") + what + " of " + std::to_string(count) + " values, " +
                                  std::to_string(left) + " bytes left"};
}
inline Error amf_unknown_marker(int version, unsigned marker) {
  return {ErrorCode::kBadAmf,
          "AMF" + std::to_string(version) + " marker " + std::to_string(marker) + " starts no value"};
}

}  // namespace rtmp
