// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/metadata.h"

#include "amf0_reader.h"
#include "rtmp/limits.h"

namespace rtmp {

Metadata read_metadata(const Tag& tag) {
  return tag.kind() == TagKind::kMetadata ? read_metadata(tag.body()) : Metadata();
}

Metadata read_metadata(std::span<const std::uint8_t> body) {
  // 02 000A "onMetaData"  08 nnnnnnnn  0005 "width" 00 ...  000009
  if (body.size() > limits::kMaxMetadata) return {};
  AmfReader reader(body);
  const auto name = reader.read();
  if (!name) return {};
  const auto object = reader.read();
  if (!object) return {};

  Metadata metadata;
  for (const auto& [key, value] : object->properties()) {
    switch (value.type()) {
      case AmfValue::Type::kNumber:
      case AmfValue::Type::kDate:
        metadata.push_back({key, value.as_number()});
        break;
      case AmfValue::Type::kBoolean:
        metadata.push_back({key, value.as_boolean()});
        break;
      case AmfValue::Type::kString:
        metadata.push_back({key, std::string(value.as_string())});
        break;
      default:
        break;
    }
  }
  return metadata;
}

}  // namespace rtmp
