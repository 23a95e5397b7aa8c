// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/ac3.h"

#include "bit_reader.h"

namespace rtmp {
namespace {

constexpr std::uint32_t kSync = 0x0B77;
constexpr std::uint32_t kRates[] = {48000, 44100, 32000};
constexpr std::uint32_t kReservedRate = 3;
// The bitstream identification tells the two codecs apart. It is at the same place in both.
constexpr std::uint32_t kLastOfAc3 = 10, kLastOfEac3 = 16;

// acmod says which channels there are, without the one for low frequencies. 0 means two single channels.
std::uint8_t channels_of(std::uint32_t mode, bool has_low_frequencies) {
  constexpr std::uint8_t kChannels[] = {2, 1, 2, 3, 3, 4, 4, 5};
  return static_cast<std::uint8_t>(kChannels[mode & 7] + (has_low_frequencies ? 1 : 0));
}

}  // namespace

std::optional<Ac3Header> read_ac3_header(std::span<const std::uint8_t> frame) {
  // 0B77 CCCC 1E 40 ...     synchronization, CRC; rate (2 bits), size (6); bsid (5), bsmod (3); acmod (3) ...
  constexpr std::uint32_t kSizes = 38;
  constexpr std::uint32_t kStandard = 8;  // above it, the rate is a half or a quarter
  constexpr std::uint16_t kSamples = 1536;
  BitReader bits(frame);
  if (bits.bits(16) != kSync) return std::nullopt;
  bits.skip(16);
  const std::uint32_t rate = bits.bits(2), size = bits.bits(6), id = bits.bits(5);
  bits.skip(3);  // bsmod
  const std::uint32_t mode = bits.bits(3);
  if ((mode & 1) != 0 && mode != 1) bits.skip(2);  // cmixlev
  if ((mode & 4) != 0) bits.skip(2);               // surmixlev
  if (mode == 2) bits.skip(2);                     // dsurmod
  const bool has_low_frequencies = bits.flag();
  if (!bits.ok() || rate == kReservedRate || size >= kSizes || id > kLastOfAc3) return std::nullopt;
  return Ac3Header{.rate = kRates[rate] >> (id > kStandard ? id - kStandard : 0),
                   .channels = channels_of(mode, has_low_frequencies),
                   .frame_samples = kSamples};
}

std::optional<Ac3Header> read_eac3_header(std::span<const std::uint8_t> frame) {
  // 0B77 02FF     synchronization; type (2 bits), substream (3), size (11)
  // 3F 86         rate (2 bits), blocks (2), acmod (3), low frequencies (1); bsid (5)
  constexpr std::uint16_t kBlocks[] = {1, 2, 3, 6};
  constexpr std::uint16_t kBlockSamples = 256;
  constexpr std::uint32_t kReservedType = 3;
  BitReader bits(frame);
  if (bits.bits(16) != kSync) return std::nullopt;
  const std::uint32_t type = bits.bits(2);
  bits.skip(3 + 11);
  const std::uint32_t rate = bits.bits(2);
  const std::uint32_t blocks_or_half_rate = bits.bits(2);
  const std::uint32_t mode = bits.bits(3);
  const bool has_low_frequencies = bits.flag();
  const std::uint32_t id = bits.bits(5);
  if (!bits.ok() || type == kReservedType || id <= kLastOfAc3 || id > kLastOfEac3) return std::nullopt;
  const bool is_half_rate =
      rate == kReservedRate;  // the next two bits are its rate, and there are six blocks
  if (is_half_rate && blocks_or_half_rate == kReservedRate) return std::nullopt;
  const std::uint32_t blocks = is_half_rate ? 6 : kBlocks[blocks_or_half_rate];
  return Ac3Header{.rate = is_half_rate ? kRates[blocks_or_half_rate] / 2 : kRates[rate],
                   .channels = channels_of(mode, has_low_frequencies),
                   .frame_samples = static_cast<std::uint16_t>(blocks * kBlockSamples)};
}

}  // namespace rtmp
