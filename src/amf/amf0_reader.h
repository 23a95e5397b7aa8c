// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "amf0_value.h"
#include "rtmp/result.h"

namespace rtmp {

/// Decodes the AMF0 values of one message, one after the other. `bytes` must outlive the reader, which reads
/// nothing outside them. Depth and number of values are limited for the whole message (limits.h). Memory is
/// allocated when values are read, and never from a count that the message announces.
///
/// It accepts some values that break the specification, because clients send them: an object or ECMA array
/// may end with the message instead of its end marker (Envivio), the count of an ECMA array may be wrong, and
/// the name of a property may be empty.
class AmfReader {
 public:
  explicit AmfReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// Returns the next value, or kBadAmf. After an error the reader is at its end: earlier values stay valid,
  /// and the next one cannot be found.
  Result<AmfValue> read();

  [[nodiscard]] bool at_end() const { return position_ >= bytes_.size(); }

 private:
  // `depth` is the number of containers around the value.
  Result<AmfValue> read_value(int depth);
  Result<AmfValue> read_strict_array(int depth);
  Result<AmfValue> read_object(int depth);
  Result<std::string> read_string(std::size_t length_size);
  Result<AmfValue> pass_over_amf3();
  // Returns the next `size` bytes. `what` names the value that needs them, for the error.
  Result<const std::uint8_t*> take(std::size_t size, const char* what);

  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
  std::size_t values_ = 0;  // values of this message so far, including those inside AMF3 values
};

}  // namespace rtmp
