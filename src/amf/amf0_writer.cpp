// SPDX-License-Identifier: LGPL-2.1-or-later
#include "amf0_writer.h"

#include <bit>

namespace rtmp {
namespace {

constexpr std::size_t kMaxShortString = 0xFFFF;

}  // namespace

AmfWriter& AmfWriter::number(double v) {
  marker(Amf0Marker::kNumber);
  float64(v);
  return *this;
}

AmfWriter& AmfWriter::boolean(bool v) {
  marker(Amf0Marker::kBoolean);
  out_.u8(v);
  return *this;
}

AmfWriter& AmfWriter::string(std::string_view v) {
  if (v.size() <= kMaxShortString) {
    marker(Amf0Marker::kString);
    key(v);
  } else {
    marker(Amf0Marker::kLongString);
    out_.be32(static_cast<std::uint32_t>(v.size()));
    out_.append(v);
  }
  return *this;
}

AmfWriter& AmfWriter::null() {
  marker(Amf0Marker::kNull);
  return *this;
}

AmfWriter& AmfWriter::undefined() {
  marker(Amf0Marker::kUndefined);
  return *this;
}

AmfWriter& AmfWriter::write(const AmfValue& v) {
  switch (v.type()) {
    case AmfValue::Type::kNumber:
      return number(v.as_number());
    case AmfValue::Type::kBoolean:
      return boolean(v.as_boolean());
    case AmfValue::Type::kString:
      return string(v.as_string());
    case AmfValue::Type::kNull:
      return null();
    case AmfValue::Type::kObject:
      marker(Amf0Marker::kObject);
      for (const auto& [name, value] : v.properties()) {
        key(name);
        write(value);
      }
      key({});
      marker(Amf0Marker::kObjectEnd);
      return *this;
    case AmfValue::Type::kStrictArray:
      marker(Amf0Marker::kStrictArray);
      out_.be32(static_cast<std::uint32_t>(v.elements().size()));
      for (const auto& element : v.elements()) write(element);
      return *this;
    case AmfValue::Type::kDate:
      marker(Amf0Marker::kDate);
      float64(v.as_number());
      out_.be16(0);  // the time zone: reserved, "should be 0"
      return *this;
    case AmfValue::Type::kUndefined:
    case AmfValue::Type::kAmf3:
      break;
  }
  return undefined();
}

void AmfWriter::float64(double v) { out_.be64(std::bit_cast<std::uint64_t>(v)); }

void AmfWriter::key(std::string_view v) {
  v = v.substr(0, kMaxShortString);
  out_.be16(static_cast<std::uint16_t>(v.size()));
  out_.append(v);
}

}  // namespace rtmp
