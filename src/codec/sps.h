// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "bit_reader.h"
#include "rtmp/codec/picture.h"

namespace rtmp {

// What the sequence parameter sets of H.264, H.265 and H.266 have in common.

/// Returns nothing if the number is no chroma_format_idc.
std::optional<ChromaFormat> chroma_format(std::uint32_t idc);

/// Reads a bit depth, which is written minus 8. Returns nothing if it is more than 16.
std::optional<std::uint8_t> read_bit_depth(BitReader& sps);

/// Returns nothing if either number is 0, or is too large for a Ratio in lowest terms.
std::optional<Ratio> ratio_of(std::uint64_t numerator, std::uint64_t denominator);

/// Returns how many frames there are in a second, of which each has that many ticks. Returns nothing if it is
/// no ratio_of(), or a thousand or more: then the ticks are those of timestamps, and frames come at any rate.
std::optional<Ratio> frame_rate_of(std::uint64_t ticks_per_second, std::uint64_t ticks_per_frame);

/// Returns nothing unless both sides are within 1 and limits::kMaxVideoSide.
std::optional<VideoSize> bounded_size(std::uint64_t width, std::uint64_t height);

/// Reads the flag and the four offsets of cropping, and subtracts them from a size. `row_unit` is 2 if a
/// frame may consist of two fields. Returns nothing if the rest is no bounded_size(), or the set ends before.
std::optional<VideoSize> read_cropped_size(BitReader& sps, std::uint64_t width, std::uint64_t height,
                                           ChromaFormat chroma, std::uint64_t row_unit);

/// Reads the beginning of vui_parameters() into `picture`, which H.264 and H.265 have in common: the aspect
/// ratio, the overscan, the colours, and the place of chroma samples.
void read_vui_display(BitReader& sps, PictureFormat& picture);

}  // namespace rtmp
