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

// Returns the number if it lies between these, else nothing.
std::optional<double> measure(const AmfValue& object, std::string_view name, double least, double most) {
  const AmfValue* value = object.find(name);
  const double read = value ? value->as_number(-1) : -1;
  if (!(read >= least && read <= most)) return std::nullopt;
  return read;
}

std::optional<Chromaticity> chromaticity(const AmfValue& object, std::string_view x, std::string_view y) {
  const auto across = measure(object, x, 0, 1), up = measure(object, y, 0, 1);
  if (!across || !up) return std::nullopt;
  return Chromaticity{*across, *up};
}

std::optional<MasteringDisplay> mastering_display(const AmfValue* object) {
  constexpr double kMostLuminance = 100'000;  // ten times as much as the brightest signal
  if (!object) return std::nullopt;
  const auto red = chromaticity(*object, "redX", "redY"), green = chromaticity(*object, "greenX", "greenY");
  const auto blue = chromaticity(*object, "blueX", "blueY");
  const auto white = chromaticity(*object, "whitePointX", "whitePointY");
  const auto most = measure(*object, "maxLuminance", 0, kMostLuminance);
  const auto least = measure(*object, "minLuminance", 0, kMostLuminance);
  if (!red || !green || !blue || !white || !most || !least || *most == 0) return std::nullopt;
  return MasteringDisplay{*red, *green, *blue, *white, *most, *least};
}

}  // namespace

std::optional<Colors> read_colors(const TrackPacket& packet) {
  // 02 0009 "colorInfo"
  // 03  000B "colorConfig"  03  0008 "bitDepth" 00 ...  000009  000009     an object; or 06, null
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
                .max_frame_average_light = number(light, "maxFall"),
                .mastering_display = mastering_display(information->find("hdrMdcv"))};
}

}  // namespace rtmp
