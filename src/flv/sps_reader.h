// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/media_info.h"

namespace rtmp {

/// Reads the fields of a sequence parameter set, AVC's (ISO/IEC 14496-10, 7.3.2.1.1) or HEVC's (23008-2,
/// 7.3.2.2), and passes over the emulation prevention bytes between them. Behind the end, and from an
/// exp-Golomb code of more than 32 bits on, every field is 0 and ok() false: whoever reads may ask once, at
/// the end, but must bound its loops itself.
class SpsReader {
 public:
  /// `nal` begins with the header of the NAL unit, and must outlive the reader.
  explicit SpsReader(std::span<const std::uint8_t> nal) : nal_(nal) {}

  [[nodiscard]] bool ok() const { return ok_; }

  bool flag();
  std::uint32_t bits(int count);  // at most 32
  void skip(int count);
  std::uint32_t ue();
  std::int32_t se();

  /// The cropping flag and offsets, which both kinds have alike, off a picture whose subsampling is that of
  /// `chroma_format` (chroma_format_idc). `row_unit` is 2 where a frame may be two fields. Nothing if what is
  /// left has no pixels, or is too large.
  std::optional<VideoSize> cropped(std::uint64_t width, std::uint64_t height, std::uint32_t chroma_format,
                                   std::uint64_t row_unit);

 private:
  bool load();

  std::span<const std::uint8_t> nal_;
  std::size_t at_ = 0;
  int zeros_ = 0;  // bytes of 0 in a row, up to here
  std::uint8_t byte_ = 0;
  int bits_left_ = 0;  // of byte_
  bool ok_ = true;
};

}  // namespace rtmp
