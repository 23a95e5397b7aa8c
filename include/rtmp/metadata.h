// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rtmp/tag.h"

namespace rtmp {

/// One scalar that a publisher says of its stream: "width", 1920.0. Strings are the wire's bytes: they may
/// hold NUL and invalid UTF-8, and so may the name, which may be empty too. A date is its ms since 1970.
struct MetadataField {
  std::string name;
  std::variant<double, bool, std::string> value;

  friend bool operator==(const MetadataField&, const MetadataField&) = default;
};

using Metadata = std::vector<MetadataField>;

/// The scalars of an onMetaData tag's object or ECMA array (FLV 10.1, annex E.5), in wire order; a name may
/// occur twice. Objects and arrays inside it, null and undefined are left out. Empty for any other tag, for
/// one longer than limits::kMaxMetadata, and for what cannot be decoded as a whole.
Metadata read_metadata(const Tag& tag);
/// The same of the body of such a tag.
Metadata read_metadata(std::span<const std::uint8_t> body);

}  // namespace rtmp
