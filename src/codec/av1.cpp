// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/av1.h"

#include <cstddef>

#include "av1_sequence_header.h"
#include "bit_reader.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kSequenceHeader = 1;  // obu_type

struct Obu {
  std::uint8_t type;
  std::span<const std::uint8_t> payload;
};

// leb128(): 7 bits of each byte, the lowest first, as long as the top bit is set. The format allows for 8
// bytes.
std::optional<std::uint64_t> take_leb128(std::span<const std::uint8_t>& bytes) {
  constexpr std::size_t kMostBytes = 8;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kMostBytes && i < bytes.size(); ++i) {
    value |= std::uint64_t{bytes[i] & 0x7Fu} << (7 * i);
    if ((bytes[i] & 0x80) != 0) continue;
    bytes = bytes.subspan(i + 1);
    return value;
  }
  return std::nullopt;
}

// Takes the next OBU off `rest`. Returns nothing if it is malformed.
std::optional<Obu> take_obu(std::span<const std::uint8_t>& rest) {
  // 0A 0B ...     0 (1 bit), type (4), extension (1), has a size (1); the extension; the size
  const std::uint8_t header = rest[0];
  const bool has_extension = (header & 0x04) != 0, has_size = (header & 0x02) != 0;
  const std::size_t header_size = has_extension ? 2 : 1;
  if ((header & 0x80) != 0 || rest.size() < header_size) return std::nullopt;
  rest = rest.subspan(header_size);
  const auto size = has_size ? take_leb128(rest) : rest.size();
  if (!size || *size > rest.size()) return std::nullopt;
  const Obu obu{.type = static_cast<std::uint8_t>(header >> 3 & 0x0F),
                .payload = rest.first(static_cast<std::size_t>(*size))};
  rest = rest.subspan(static_cast<std::size_t>(*size));
  return obu;
}

}  // namespace

std::optional<Av1Sequence> read_av1_sequence(std::span<const std::uint8_t> obus) {
  while (!obus.empty()) {
    const auto obu = take_obu(obus);
    if (!obu) return std::nullopt;
    if (obu->type == kSequenceHeader) return read_av1_sequence_header(obu->payload);
  }
  return std::nullopt;
}

std::optional<Av1Config> read_av1_config(std::span<const std::uint8_t> record) {
  // 81 00         marker (1 bit), version (7); profile (3), level (5)
  // 0C            tier (1 bit), high bit depth (1), 12 bits (1), monochrome (1), subsampling (2), position
  // (2) 00  0A 0B     delay; OBUs
  constexpr std::uint32_t kMarkerAndVersion = 0x81, kLastProfile = 2;
  constexpr std::size_t kHeader = 4;
  BitReader bits(record);
  if (record.size() < kHeader || bits.bits(8) != kMarkerAndVersion) return std::nullopt;
  const std::uint8_t profile = bits.byte(3), level = bits.byte(5);
  const bool high_tier = bits.flag();
  const bool is_deep = bits.flag(), is_12_bits = bits.flag();
  const bool is_monochrome = bits.flag();
  const bool halves_width = bits.flag(), halves_height = bits.flag();
  if (profile > kLastProfile || (halves_height && !halves_width)) return std::nullopt;
  const auto chroma = is_monochrome   ? ChromaFormat::kMonochrome
                      : halves_height ? ChromaFormat::k420
                      : halves_width  ? ChromaFormat::k422
                                      : ChromaFormat::k444;
  return Av1Config{.profile = profile,
                   .level = level,
                   .high_tier = high_tier,
                   .chroma = chroma,
                   .bit_depth = static_cast<std::uint8_t>(!is_deep     ? 8
                                                          : is_12_bits ? 12
                                                                       : 10),
                   .sequence = read_av1_sequence(record.subspan(kHeader))};
}

}  // namespace rtmp
