// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "amf0_value.h"
#include "amf_format.h"
#include "byte_writer.h"

namespace rtmp {

/// Appends AMF0 values to bytes that it owns. A value that AmfReader returned and that write() has written
/// reads back as equal; only kAmf3 is written as undefined. Keys have at most 65535 bytes. A longer key,
/// which no reader returns, is cut there.
class AmfWriter {
 public:
  AmfWriter& number(double v);
  AmfWriter& boolean(bool v);
  AmfWriter& string(std::string_view v);  // writes a long string from 65536 bytes on
  AmfWriter& null();
  AmfWriter& undefined();
  AmfWriter& write(const AmfValue& v);

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return out_.bytes(); }
  [[nodiscard]] std::vector<std::uint8_t> take() { return out_.take(); }

 private:
  void marker(Amf0Marker m) { out_.u8(static_cast<std::uint8_t>(m)); }
  void float64(double v);
  void key(std::string_view v);

  ByteWriter out_;
};

}  // namespace rtmp
