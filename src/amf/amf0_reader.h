// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "amf0_value.h"
#include "rtmp/result.h"

namespace rtmp {

/// Decodes the AMF0 values of one message, one after the other. Reads only inside `bytes`, which must outlive
/// it. Depth and number of values are limited over the whole message (limits.h); memory is allocated as
/// values arrive, never from a declared count.
///
/// Lenient where the field is: an object or ECMA array may end with the message instead of its end marker
/// (Envivio), an ECMA array's count is only a hint, and a property's name may be empty.
class AmfReader {
 public:
  explicit AmfReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// The next value, or kBadAmf. After an error the reader stands at its end: what was decoded before
  /// stays good, what follows cannot be found.
  Result<AmfValue> read();

  [[nodiscard]] bool at_end() const { return position_ >= bytes_.size(); }

 private:
  // `depth` is the number of containers around the value.
  Result<AmfValue> read_value(int depth);
  Result<AmfValue> read_strict_array(int depth);
  Result<AmfValue> read_object(int depth);
  Result<std::string> read_string(std::size_t length_size);
  Result<AmfValue> pass_over_amf3();
  // The next `size` bytes, which `what` needs.
  Result<const std::uint8_t*> take(std::size_t size, const char* what);

  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
  std::size_t values_ = 0;  // of this message, those inside AMF3 values too
};

}  // namespace rtmp
