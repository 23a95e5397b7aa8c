// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: which reader, then the configuration record or the frame that it reads.
#include <cstdint>
#include <span>

#include "avc_sps.h"
#include "hevc_sps.h"
#include "require.h"
#include "rtmp/codec/aac.h"
#include "rtmp/codec/avc.h"
#include "rtmp/codec/hevc.h"
#include "rtmp/limits.h"

namespace rtmp::fuzz {
namespace {

using Input = std::span<const std::uint8_t>;

void check_ratio(const std::optional<Ratio>& ratio) {
  if (!ratio) return;
  require(ratio->numerator > 0 && ratio->denominator > 0, "a ratio has no 0");
  require(ratio->numerator <= INT32_MAX && ratio->denominator <= INT32_MAX, "a ratio is a fraction of int");
}

void check_size(const VideoSize& size) {
  require(size.width > 0 && size.height > 0, "a picture has pixels");
  require(size.width <= limits::kMaxVideoSide && size.height <= limits::kMaxVideoSide,
          "a picture's sides have a limit");
}

void check_picture(const std::optional<PictureFormat>& picture) {
  if (!picture) return;
  check_size(picture->size);
  require(picture->chroma <= ChromaFormat::k444, "a chroma format is one of four");
  for (const int depth : {picture->bit_depth_luma, picture->bit_depth_chroma})
    require(depth >= 8 && depth <= 16, "a bit depth is from 8 to 16");
  check_ratio(picture->pixel_aspect_ratio);
  check_ratio(picture->frame_rate);
}

void check_nal_length(int size) {
  require(size == 1 || size == 2 || size == 4, "NAL lengths have 1, 2 or 4 bytes");
}

void check_avc(Input input) {
  check_picture(read_avc_sps(input));
  const auto config = read_avc_config(input);
  if (!config) return;
  check_nal_length(config->nal_length_size);
  check_picture(config->picture);
  require(config->has_sps || !config->picture, "pictures are of a parameter set");
}

void check_hevc(Input input) {
  check_picture(read_hevc_sps(input));
  const auto config = read_hevc_config(input);
  if (!config) return;
  check_nal_length(config->nal_length_size);
  check_picture(config->picture);
  require(config->has_sps || !(config->picture || config->has_all_sets), "pictures are of a parameter set");
}

void check_aac(Input input) {
  const auto config = read_aac_config(input);
  if (!config) return;
  require(config->rate > 0 && config->channels > 0 && config->frame_samples > 0, "sound has samples");
  require(config->sbr_rate != 0u, "an output has a rate");
}

constexpr void (*kChecks[])(Input) = {check_avc, check_hevc, check_aac};

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmp::fuzz;
  if (size == 0 || data[0] >= std::size(kChecks)) return 0;
  kChecks[data[0]]({data + 1, size - 1});
  return 0;
}
