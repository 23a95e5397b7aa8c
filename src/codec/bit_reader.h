// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rtmp {

/// Reads fields of bits, the most significant first. Behind the end, and from an exp-Golomb code of more than
/// 32 bits on, every field is 0 and ok() false: whoever reads may ask once, at the end, but must bound its
/// loops itself.
class BitReader {
 public:
  enum class Escapes {
    kNone,
    kNalUnit,  // the emulation prevention bytes of a NAL unit are passed over (ISO/IEC 14496-10, 7.4.1.1)
  };

  /// `bytes` must outlive the reader.
  explicit BitReader(std::span<const std::uint8_t> bytes, Escapes escapes = Escapes::kNone)
      : bytes_(bytes), escaped_(escapes == Escapes::kNalUnit) {}

  [[nodiscard]] bool ok() const { return ok_; }

  bool flag();
  std::uint32_t bits(int count);                                                       // at most 32
  std::uint8_t byte(int count = 8) { return static_cast<std::uint8_t>(bits(count)); }  // at most 8 bits
  void skip(int count);
  void align() { bits_left_ = 0; }  // to the next byte
  std::uint32_t ue();               // an exp-Golomb code, without a sign and with one
  std::int32_t se();

 private:
  bool load();

  std::span<const std::uint8_t> bytes_;
  bool escaped_;
  std::size_t at_ = 0;
  int zeros_ = 0;  // bytes of 0 in a row, up to here
  std::uint8_t byte_ = 0;
  int bits_left_ = 0;  // of byte_
  bool ok_ = true;
};

}  // namespace rtmp
