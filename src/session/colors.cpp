// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/colors.h"

#include <limits>

#include "amf0_reader.h"
#include "rtmp/limits.h"

namespace rtmp {
namespace {

// A double from the wire may be anything.
std::optional<std::uint32_t> number(const AmfValue* object, std::string_view name) {
  const AmfValue* value = object ? object->find(name) : nullptr;
  const double read = value ? value->as_number(-1) : -1;
  if (!(read >= 0 && read <= std::numeric_limits<std::uint32_t>::max())) return std::nullopt;
  return static_cast<std::uint32_t>(read);
}

}  // namespace

std::optional<Colors> read_colors(const TrackPacket& packet) {
  // 02 0009 "colorInfo"  03  000B "colorConfig"  03  0008 "bitDepth" 00 ...  000009  000009     or 06 for 03
  // ...
  if (packet.content != TrackPacket::Content::kColors || packet.payload.size() > limits::kMaxMetadata)
    return std::nullopt;
  AmfReader reader(packet.payload);
  const auto name = reader.read();
  if (!name || name->as_string() != "colorInfo") return std::nullopt;
  const auto information = reader.read();
  if (!information) return std::nullopt;

  const AmfValue* config = information->find("colorConfig");
  const AmfValue* light = information->find("hdrCll");
  return Colors{.bit_depth = number(config, "bitDepth"),
                .primaries = number(config, "colorPrimaries"),
                .transfer = number(config, "transferCharacteristics"),
                .matrix = number(config, "matrixCoefficients"),
                .max_content_light = number(light, "maxCLL"),
                .max_frame_average_light = number(light, "maxFall")};
}

}  // namespace rtmp
