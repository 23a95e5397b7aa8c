// SPDX-License-Identifier: LGPL-2.1-or-later
#include "amf3_skip.h"

#include <string>
#include <utility>
#include <vector>

#include "amf_format.h"

namespace rtmp {
namespace {

enum class Marker : std::uint8_t {
  kUndefined = 0x00,
  kNull = 0x01,
  kFalse = 0x02,
  kTrue = 0x03,
  kInteger = 0x04,
  kDouble = 0x05,
  kString = 0x06,
  kXmlDocument = 0x07,
  kDate = 0x08,
  kArray = 0x09,
  kObject = 0x0A,
  kXml = 0x0B,
  kByteArray = 0x0C,
  kIntVector = 0x0D,
  kUintVector = 0x0E,
  kDoubleVector = 0x0F,
  kObjectVector = 0x10,
  kDictionary = 0x11,
};

// Nearly every body begins with a U29 whose lowest bit says how it goes on. 1: the rest is a length or a
// count. 0: the rest is an index into a table of what was sent before, and there is no body. So a skipper
// needs only the table of traits, because it says how many values follow.
constexpr std::uint32_t kInline = 1;
constexpr std::uint32_t kEmptyString = kInline;  // is never sent by reference

class Skipper {
 public:
  Skipper(std::span<const std::uint8_t> bytes, std::size_t& values) : bytes_(bytes), values_(values) {}

  // Each of these returns false once error() is set.
  bool skip_value(int depth);

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  struct Traits {
    std::uint32_t members;
    bool dynamic;
  };

  bool skip_container(Marker marker, int depth);
  bool skip_array(std::uint32_t dense, int depth);
  bool skip_object(std::uint32_t header, int depth);
  bool skip_inline_traits(Traits traits);
  bool skip_values(std::uint32_t count, int depth);
  bool skip_named_values(int depth);
  bool skip_string(std::uint32_t& header);
  bool skip_bytes(std::size_t size);
  bool read_u29(std::uint32_t& value);

  [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }
  bool fail(Error error) {
    error_ = std::move(error);
    return false;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t& values_;
  std::size_t position_ = 0;
  std::vector<Traits> traits_;
  Error error_{};
};

bool Skipper::skip_value(int depth) {
  if (left() == 0) return fail(amf_cut_short("value", 1, 0));
  if (++values_ > limits::kMaxAmfValues) return fail(amf_too_many_values(values_));

  const auto marker = static_cast<Marker>(bytes_[position_++]);
  std::uint32_t header = 0;
  switch (marker) {
    case Marker::kUndefined:
    case Marker::kNull:
    case Marker::kFalse:
    case Marker::kTrue:
      return true;
    case Marker::kInteger:
      return read_u29(header);
    case Marker::kDouble:
      return skip_bytes(8);
    case Marker::kString:
    case Marker::kXmlDocument:
    case Marker::kXml:
    case Marker::kByteArray:
      return skip_string(header);
    case Marker::kDate:
    case Marker::kIntVector:
    case Marker::kUintVector:
    case Marker::kDoubleVector: {
      if (!read_u29(header)) return false;
      if (!(header & kInline)) return true;
      if (marker == Marker::kDate) return skip_bytes(8);
      const std::size_t size = marker == Marker::kDoubleVector ? 8 : 4;
      return skip_bytes(1 + size * (header >> 1));  // 1 byte: whether its length is fixed
    }
    case Marker::kArray:
    case Marker::kObject:
    case Marker::kObjectVector:
    case Marker::kDictionary:
      return skip_container(marker, depth + 1);
  }
  return fail(amf_unknown_marker(3, static_cast<unsigned>(marker)));
}

bool Skipper::skip_container(Marker marker, int depth) {
  if (depth > limits::kMaxAmfDepth) return fail(amf_too_deep(depth));
  std::uint32_t header = 0;
  if (!read_u29(header)) return false;
  if (!(header & kInline)) return true;

  const std::uint32_t count = header >> 1;
  std::uint32_t class_name = 0;
  switch (marker) {
    case Marker::kArray:
      return skip_named_values(depth) && skip_values(count, depth);
    case Marker::kObject:
      return skip_object(header, depth);
    case Marker::kObjectVector:
      return skip_bytes(1) && skip_string(class_name) && skip_values(count, depth);
    default:  // a dictionary: whether its keys are weak, then the pairs
      return skip_bytes(1) && skip_values(2 * count, depth);
  }
}

// The bits of an object's header, from the lowest:
//   0                        an object sent before
//   1 0 index...             traits sent before
//   1 1 0 dynamic members... traits, here: class name and the members' names
//   1 1 1                    externalizable: class name, then what only the class can read
bool Skipper::skip_object(std::uint32_t header, int depth) {
  Traits traits{};
  if (header & 2) {
    if (header & 4) return fail({ErrorCode::kBadAmf, "AMF3 externalizable object, its end cannot be found"});
    traits = {.members = header >> 4, .dynamic = (header & 8) != 0};
    if (!skip_inline_traits(traits)) return false;
  } else {
    const std::size_t index = header >> 2;
    if (index >= traits_.size())
      return fail({ErrorCode::kBadAmf, "AMF3 traits " + std::to_string(index) + " of " +
                                           std::to_string(traits_.size()) + " sent before"});
    traits = traits_[index];
  }
  return skip_values(traits.members, depth) && (!traits.dynamic || skip_named_values(depth));
}

bool Skipper::skip_inline_traits(Traits traits) {
  traits_.push_back(traits);
  std::uint32_t name = 0;
  if (!skip_string(name)) return false;
  if (traits.members > left()) return fail(amf_count_beyond_end("object", traits.members, left()));
  for (std::uint32_t i = 0; i < traits.members; ++i)
    if (!skip_string(name)) return false;
  return true;
}

bool Skipper::skip_values(std::uint32_t count, int depth) {
  if (count > left()) return fail(amf_count_beyond_end("array", count, left()));
  for (std::uint32_t i = 0; i < count; ++i)
    if (!skip_value(depth)) return false;
  return true;
}

bool Skipper::skip_named_values(int depth) {
  std::uint32_t name = 0;
  while (skip_string(name)) {
    if (name == kEmptyString) return true;
    if (!skip_value(depth)) return false;
  }
  return false;
}

bool Skipper::skip_string(std::uint32_t& header) {
  return read_u29(header) && (!(header & kInline) || skip_bytes(header >> 1));
}

bool Skipper::skip_bytes(std::size_t size) {
  if (size > left()) return fail(amf_cut_short("value", size, left()));
  position_ += size;
  return true;
}

// 7 bits a byte, most significant first, the top bit set while there are more; the fourth byte gives all 8.
bool Skipper::read_u29(std::uint32_t& value) {
  value = 0;
  for (int i = 0; i < 4; ++i) {
    if (left() == 0)
      return fail(amf_cut_short("integer", static_cast<std::size_t>(i) + 1, static_cast<std::size_t>(i)));
    const std::uint8_t byte = bytes_[position_++];
    if (i == 3) {
      value = value << 8 | byte;
      break;
    }
    value = value << 7 | (byte & 0x7F);
    if (!(byte & 0x80)) break;
  }
  return true;
}

}  // namespace

Result<std::size_t> skip_amf3_value(std::span<const std::uint8_t> bytes, std::size_t& values) {
  Skipper skipper(bytes, values);
  if (!skipper.skip_value(0)) return skipper.error();
  return skipper.position();
}

}  // namespace rtmp
