// SPDX-License-Identifier: LGPL-2.1-or-later
#include "video_caps.h"

#include <gst/pbutils/pbutils.h>

#include <string>

#include "color_caps.h"
#include "rtmp/codec/avc.h"
#include "rtmp/codec/hevc.h"
#include "rtmp/codec/vvc.h"

namespace rtmp {
namespace {

void set_codec_data(GstCaps* caps, std::span<const std::uint8_t> bytes) {
  const BufferPtr buffer(gst_buffer_new_memdup(bytes.data(), bytes.size()));
  gst_caps_set_simple(caps, "codec_data", GST_TYPE_BUFFER, buffer.get(), nullptr);
}

void set_size(GstCaps* caps, const VideoSize& size) {
  gst_caps_set_simple(caps, "width", G_TYPE_INT, static_cast<gint>(size.width), "height", G_TYPE_INT,
                      static_cast<gint>(size.height), nullptr);
}

void set_ratio(GstCaps* caps, const char* field, const std::optional<Ratio>& ratio) {
  if (!ratio) return;
  gst_caps_set_simple(caps, field, GST_TYPE_FRACTION, static_cast<gint>(ratio->numerator),
                      static_cast<gint>(ratio->denominator), nullptr);
}

void set_picture(GstCaps* caps, const PictureFormat& picture) {
  set_size(caps, picture.size);
  set_ratio(caps, "framerate", picture.frame_rate);
  set_ratio(caps, "pixel-aspect-ratio", picture.pixel_aspect_ratio);
}

void set_samples(GstCaps* caps, ChromaFormat chroma, guint luma_bits, guint chroma_bits) {
  static constexpr const char* kFormats[] = {"4:0:0", "4:2:0", "4:2:2", "4:4:4", "4:4:0"};
  gst_caps_set_simple(caps, "chroma-format", G_TYPE_STRING, kFormats[static_cast<std::size_t>(chroma)],
                      "bit-depth-luma", G_TYPE_UINT, luma_bits, "bit-depth-chroma", G_TYPE_UINT, chroma_bits,
                      nullptr);
}

void set_text(GstCaps* caps, const char* field, const std::string& text) {
  gst_caps_set_simple(caps, field, G_TYPE_STRING, text.c_str(), nullptr);
}

// Frames are whole pictures, with their length in front of each NAL unit; the record is the decoder's.
CapsPtr nal_caps(const char* media_type, const char* stream_format, const TrackFormat& format,
                 const std::optional<PictureFormat>& picture) {
  CapsPtr caps(gst_caps_new_simple(media_type, "stream-format", G_TYPE_STRING, stream_format, "alignment",
                                   G_TYPE_STRING, "au", nullptr));
  set_codec_data(caps.get(), format.configuration);
  if (picture) set_picture(caps.get(), *picture);
  set_colors(caps.get(), picture ? picture->color : std::nullopt, format.colors);
  return caps;
}

CapsPtr h264_caps(const TrackFormat& format) {
  const auto config = read_avc_config(format.configuration);
  if (!config) return nullptr;
  CapsPtr caps = nal_caps("video/x-h264", "avc", format, config->picture);
  const guint8 bytes[] = {config->profile, config->compatibility, config->level};
  gst_codec_utils_h264_caps_set_level_and_profile(caps.get(), bytes, sizeof bytes);
  return caps;
}

CapsPtr h265_caps(const TrackFormat& format) {
  const auto config = read_hevc_config(format.configuration);
  if (!config) return nullptr;
  CapsPtr caps = nal_caps("video/x-h265", config->has_all_sets ? "hvc1" : "hev1", format, config->picture);
  const auto& bytes = config->profile_tier_level;
  gst_codec_utils_h265_caps_set_level_tier_and_profile(caps.get(), bytes.data(),
                                                       static_cast<guint>(bytes.size()));
  return caps;
}

CapsPtr h266_caps(const TrackFormat& format) {
  const auto config = read_vvc_config(format.configuration);
  if (!config) return nullptr;
  CapsPtr caps = nal_caps("video/x-h266", "vvc1", format, std::nullopt);
  if (config->size) set_size(caps.get(), *config->size);
  if (!config->profile) return caps;
  constexpr std::uint8_t kMain10 = 1;
  const VvcProfile& profile = *config->profile;
  if (profile.profile == kMain10) set_text(caps.get(), "profile", "main-10");
  set_text(caps.get(), "tier", profile.high_tier ? "high" : "main");
  const int minor = profile.level % 16 / 3;
  set_text(caps.get(), "level",
           std::to_string(profile.level / 16) + (minor == 0 ? "" : "." + std::to_string(minor)));
  return caps;
}

// A frame tells more than the record, and is what counts where they differ.
CapsPtr av1_caps(const TrackFormat& format) {
  static constexpr const char* kProfiles[] = {"main", "high", "professional"};
  CapsPtr caps(gst_caps_from_string("video/x-av1, stream-format=obu-stream, alignment=tu"));
  const auto config = read_av1_config(format.configuration);
  if (config) set_codec_data(caps.get(), format.configuration);
  const auto* frame = std::get_if<Av1Sequence>(&format.frame);
  const Av1Sequence* sequence = frame ? frame : config && config->sequence ? &*config->sequence : nullptr;
  if (sequence) {
    const PictureFormat& picture = sequence->picture;
    set_text(caps.get(), "profile", kProfiles[sequence->profile % std::size(kProfiles)]);
    set_picture(caps.get(), picture);
    set_samples(caps.get(), picture.chroma, picture.bit_depth_luma, picture.bit_depth_chroma);
  } else if (config) {
    set_text(caps.get(), "profile", kProfiles[config->profile % std::size(kProfiles)]);
    set_samples(caps.get(), config->chroma, config->bit_depth, config->bit_depth);
  }
  set_colors(caps.get(), sequence ? sequence->picture.color : std::nullopt, format.colors);
  return caps;
}

// Known with the first key frame: muxers need the size.
CapsPtr vpx_caps(const TrackFormat& format, const char* media_type) {
  const auto* frame = std::get_if<VpxKeyFrame>(&format.frame);
  if (!frame) return nullptr;
  const auto config = read_vpx_config(format.configuration);
  const PictureFormat& picture = frame->picture;
  CapsPtr caps(gst_caps_new_simple(media_type, "profile", G_TYPE_STRING,
                                   std::to_string(frame->profile).c_str(), nullptr));
  set_picture(caps.get(), picture);
  if (format.codec == Codec::kVp9)
    set_samples(caps.get(), picture.chroma, picture.bit_depth_luma, picture.bit_depth_chroma);
  const auto color = config ? std::optional(config->color) : picture.color;
  set_colors(caps.get(), color, format.colors);
  return caps;
}

// What decoders find out by themselves.
CapsPtr plain_caps(const TrackFormat& format, const char* description) {
  CapsPtr caps(gst_caps_from_string(description));
  set_colors(caps.get(), std::nullopt, format.colors);
  return caps;
}

}  // namespace

CapsPtr video_caps(const TrackFormat& format) {
  switch (format.codec) {
    case Codec::kH264:
      return h264_caps(format);
    case Codec::kH265:
      return h265_caps(format);
    case Codec::kH266:
      return h266_caps(format);
    case Codec::kAv1:
      return av1_caps(format);
    case Codec::kVp8:
      return vpx_caps(format, "video/x-vp8");
    case Codec::kVp9:
      return vpx_caps(format, "video/x-vp9");
    case Codec::kSorenson:
      return plain_caps(format, "video/x-flash-video, flvversion=1");
    case Codec::kScreen:
      return plain_caps(format, "video/x-flash-screen");
    case Codec::kScreen2:
      return plain_caps(format, "video/x-flash-screen2");
    case Codec::kVp6:
      return plain_caps(format, "video/x-vp6-flash");
    case Codec::kVp6Alpha:
      return plain_caps(format, "video/x-vp6-alpha");
    case Codec::kH263:
      return plain_caps(format, "video/x-h263");
    case Codec::kMpeg4:
      return plain_caps(format, "video/mpeg, mpegversion=4, systemstream=false");
    default:
      return nullptr;
  }
}

}  // namespace rtmp
