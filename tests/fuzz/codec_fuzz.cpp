// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: which reader, then the configuration record or the frame that it reads.
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

#include "avc_sps.h"
#include "hevc_sps.h"
#include "require.h"
#include "rtmp/codec/aac.h"
#include "rtmp/codec/ac3.h"
#include "rtmp/codec/av1.h"
#include "rtmp/codec/avc.h"
#include "rtmp/codec/flac.h"
#include "rtmp/codec/hevc.h"
#include "rtmp/codec/mpeg_audio.h"
#include "rtmp/codec/opus.h"
#include "rtmp/codec/vpx.h"
#include "rtmp/codec/vvc.h"
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
  require(picture->chroma <= ChromaFormat::k440, "a chroma format is one of five");
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

void check_vvc(Input input) {
  const auto config = read_vvc_config(input);
  if (!config) return;
  check_nal_length(config->nal_length_size);
  if (config->size) check_size(*config->size);
}

void check_sequence(const std::optional<Av1Sequence>& sequence) {
  if (!sequence) return;
  check_picture(sequence->picture);
  require(sequence->profile <= 2 && sequence->level <= 31, "profile and level of AV1 have a limit");
}

void check_av1(Input input) {
  check_sequence(read_av1_sequence(input));
  if (const auto config = read_av1_config(input)) check_sequence(config->sequence);
}

void check_vpx(Input input) {
  for (const auto& key : {read_vp8_key_frame(input), read_vp9_key_frame(input)}) {
    if (!key) continue;
    check_picture(key->picture);
    require(key->profile <= 3, "a profile of VP8 or VP9 is one of four");
  }
  if (const auto config = read_vpx_config(input)) require(config->profile <= 3, "and that of a record");
}

void check_mpeg_audio(Input input) {
  const auto header = read_mpeg_audio_header(input);
  if (!header) return;
  require(header->rate >= 8000 && header->rate <= 48000, "MPEG audio has 8 to 48 kHz");
  require(header->layer >= 1 && header->layer <= 3, "a layer is one of three");
  require(header->channels == 1 || header->channels == 2, "MPEG audio is mono or stereo");
}

void check_opus(Input input) {
  const auto config = read_opus_config(input);
  if (!config) return;
  require(config->channels > 0 && config->stream_count > 0, "sound has channels");
  require(config->coupled_count <= config->stream_count, "coupled streams are streams");
  for (int i = 0; i < config->channels; ++i) {
    const int channel = config->mapping[static_cast<std::size_t>(i)];
    require(channel == 255 || channel < config->stream_count + config->coupled_count, "channels are decoded");
  }
}

void check_flac(Input input) {
  const auto config = read_flac_config(input);
  if (!config) return;
  require(config->rate > 0 && config->channels >= 1 && config->channels <= 8, "sound has channels");
  require(config->min_block <= config->max_block, "the largest block is not smaller");
}

void check_ac3(Input input) {
  for (const auto& header : {read_ac3_header(input), read_eac3_header(input)}) {
    if (!header) continue;
    require(header->rate >= 8000 && header->rate <= 48000, "AC-3 has 8 to 48 kHz");
    require(header->channels >= 1 && header->channels <= 6, "AC-3 has up to six channels");
    require(header->frame_samples % 256 == 0 && header->frame_samples > 0, "a frame has blocks");
  }
}

constexpr void (*kChecks[])(Input) = {check_avc, check_hevc,       check_aac,  check_vvc,  check_av1,
                                      check_vpx, check_mpeg_audio, check_opus, check_flac, check_ac3};

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmp::fuzz;
  if (size == 0 || data[0] >= std::size(kChecks)) return 0;
  kChecks[data[0]]({data + 1, size - 1});
  return 0;
}
