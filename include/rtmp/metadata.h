// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rtmp/tag.h"

namespace rtmp {

/// One value of a publisher's metadata, such as "width", 1920.0. Name and text are the bytes that came: they
/// may be empty, contain NUL, or be invalid UTF-8. A date is a number, in ms since 1970.
struct MetadataField {
  std::string name;
  std::variant<double, bool, std::string> value;

  friend bool operator==(const MetadataField&, const MetadataField&) = default;
};

using Metadata = std::vector<MetadataField>;

/// Reads the numbers, booleans and strings of an onMetaData tag's object or ECMA array (FLV 10.1, annex E.5),
/// in their order; a name may occur twice. Objects and arrays inside it, null and undefined are left out.
/// Returns an empty list for any other tag, for one longer than limits::kMaxMetadata, and for one that cannot
/// be decoded to its end.
Metadata read_metadata(const Tag& tag);
/// The same for the body of such a tag.
Metadata read_metadata(std::span<const std::uint8_t> body);

}  // namespace rtmp
