// SPDX-License-Identifier: LGPL-2.1-or-later
#include "amf0_reader.h"

#include <bit>
#include <utility>

#include "amf3_skip.h"
#include "amf_format.h"
#include "endian.h"

namespace rtmp {
namespace {

constexpr auto kObjectEnd = static_cast<std::uint8_t>(Amf0Marker::kObjectEnd);

double load_float64(const std::uint8_t* p) { return std::bit_cast<double>(load_be64(p)); }

}  // namespace

Result<AmfValue> AmfReader::read() {
  auto value = read_value(0);
  if (!value) position_ = bytes_.size();
  return value;
}

Result<AmfValue> AmfReader::read_value(int depth) {
  const auto marker = take(1, "value");
  if (!marker) return marker.error();
  if (++values_ > limits::kMaxAmfValues) return amf_too_many_values(values_);

  switch (static_cast<Amf0Marker>(**marker)) {
    case Amf0Marker::kNumber: {
      const auto p = take(8, "number");
      if (!p) return p.error();
      return AmfValue::number(load_float64(*p));
    }
    case Amf0Marker::kBoolean: {
      const auto p = take(1, "boolean");
      if (!p) return p.error();
      return AmfValue::boolean(**p != 0);
    }
    case Amf0Marker::kString:
    case Amf0Marker::kLongString:
    case Amf0Marker::kXmlDocument: {
      auto text = read_string(static_cast<Amf0Marker>(**marker) == Amf0Marker::kString ? 2 : 4);
      if (!text) return std::move(text).error();
      return AmfValue::string(*std::move(text));
    }
    case Amf0Marker::kObject:
      return read_object(depth + 1);
    case Amf0Marker::kNull:
      return AmfValue::null();
    case Amf0Marker::kUndefined:
    case Amf0Marker::kUnsupported:
      return AmfValue();
    case Amf0Marker::kReference: {
      const auto p = take(2, "reference");
      if (!p) return p.error();
      return AmfValue();
    }
    case Amf0Marker::kEcmaArray: {
      const auto count = take(4, "array count");
      if (!count) return count.error();
      return read_object(depth + 1);
    }
    case Amf0Marker::kStrictArray:
      return read_strict_array(depth + 1);
    case Amf0Marker::kDate: {
      const auto p = take(10, "date");  // ms as a double, then a time zone without a meaning
      if (!p) return p.error();
      return AmfValue::date(load_float64(*p));
    }
    case Amf0Marker::kTypedObject: {
      const auto class_name = read_string(2);
      if (!class_name) return class_name.error();
      return read_object(depth + 1);
    }
    case Amf0Marker::kAvmPlus:
      return pass_over_amf3();
    case Amf0Marker::kObjectEnd:
      break;
  }
  return amf_unknown_marker(0, **marker);
}

Result<AmfValue> AmfReader::read_strict_array(int depth) {
  if (depth > limits::kMaxAmfDepth) return amf_too_deep(depth);
  const auto p = take(4, "array count");
  if (!p) return p.error();
  const std::size_t count = load_be32(*p);
  const std::size_t left = bytes_.size() - position_;
  if (count > left) return amf_count_beyond_end("array", count, left);

  std::vector<AmfValue> elements;
  for (std::size_t i = 0; i < count; ++i) {
    auto element = read_value(depth);
    if (!element) return element;
    elements.push_back(*std::move(element));
  }
  return AmfValue::strict_array(std::move(elements));
}

Result<AmfValue> AmfReader::read_object(int depth) {
  if (depth > limits::kMaxAmfDepth) return amf_too_deep(depth);
  std::vector<AmfValue::Property> properties;
  while (!at_end()) {
    auto key = read_string(2);
    if (!key) return std::move(key).error();
    if (key->empty() && !at_end() && bytes_[position_] == kObjectEnd) {
      ++position_;
      break;
    }
    auto value = read_value(depth);
    if (!value) return value;
    properties.emplace_back(*std::move(key), *std::move(value));
  }
  return AmfValue::object(std::move(properties));
}

Result<std::string> AmfReader::read_string(std::size_t length_size) {
  const auto length = take(length_size, "string length");
  if (!length) return length.error();
  const std::size_t size = length_size == 2 ? load_be16(*length) : load_be32(*length);
  const auto text = take(size, "string");
  if (!text) return text.error();
  return std::string(*text, *text + size);
}

Result<AmfValue> AmfReader::pass_over_amf3() {
  const auto size = skip_amf3_value(bytes_.subspan(position_), values_);
  if (!size) return size.error();
  position_ += *size;
  return AmfValue::amf3();
}

Result<const std::uint8_t*> AmfReader::take(std::size_t size, const char* what) {
  const std::size_t left = bytes_.size() - position_;
  if (size > left) return amf_cut_short(what, size, left);
  const std::uint8_t* p = bytes_.data() + position_;
  position_ += size;
  return p;
}

}  // namespace rtmp
