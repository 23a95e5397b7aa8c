// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rtmp {

/// Reads fields of bits, the most significant bit first. After the end of the bytes, and after an exp-Golomb
/// code of more than 32 bits, every field is 0 and ok() is false. So a caller may ask ok() once at the end.
/// It must bound its loops itself.
class BitReader {
 public:
  enum class Escapes {
    kNone,
    kNalUnit,  // emulation prevention bytes of a NAL unit are left out (ISO/IEC 14496-10, 7.4.1.1)
  };

  /// `bytes` must outlive the reader.
  explicit BitReader(std::span<const std::uint8_t> bytes, Escapes escapes = Escapes::kNone)
      : bytes_(bytes), escaped_(escapes == Escapes::kNalUnit) {}

  [[nodiscard]] bool ok() const { return ok_; }

  bool flag();
  std::uint32_t bits(int count);                                                       // at most 32 bits
  std::uint8_t byte(int count = 8) { return static_cast<std::uint8_t>(bits(count)); }  // at most 8 bits
  void skip(int count);
  void align() { bits_left_ = 0; }  // moves to the next byte
  std::uint32_t ue();               // an exp-Golomb code without a sign, and one with a sign
  std::int32_t se();

 private:
  bool load();

  std::span<const std::uint8_t> bytes_;
  bool escaped_;
  std::size_t at_ = 0;
  int zeros_ = 0;  // how many of the last bytes in a row were 0
  std::uint8_t byte_ = 0;
  int bits_left_ = 0;  // the bits of byte_ that were not read
  bool ok_ = true;
};

}  // namespace rtmp
