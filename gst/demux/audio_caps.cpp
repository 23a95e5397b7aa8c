// SPDX-License-Identifier: LGPL-2.1-or-later
#include "audio_caps.h"

#include <gst/pbutils/pbutils.h>

#include "rtmp/codec/aac.h"

namespace rtmp {
namespace {

void set_rate(GstCaps* caps, std::uint32_t rate, std::uint32_t channels) {
  gst_caps_set_simple(caps, "rate", G_TYPE_INT, static_cast<gint>(rate), "channels", G_TYPE_INT,
                      static_cast<gint>(channels), nullptr);
}

CapsPtr aac_caps(const TrackFormat& format) {
  const auto config = read_aac_config(format.configuration);
  if (!config) return nullptr;
  CapsPtr caps(gst_caps_from_string("audio/mpeg, mpegversion=4, framed=true, stream-format=raw"));
  set_rate(caps.get(), config->rate, config->channels);
  const BufferPtr data(gst_buffer_new_memdup(format.configuration.data(), format.configuration.size()));
  gst_caps_set_simple(caps.get(), "codec_data", GST_TYPE_BUFFER, data.get(), nullptr);
  gst_codec_utils_aac_caps_set_level_and_profile(caps.get(), format.configuration.data(),
                                                 static_cast<guint>(format.configuration.size()));
  return caps;
}

// The codecs whose format is in the first byte of a tag (FLV 10.1, annex E.4.2.1).
CapsPtr flagged_caps(const TrackFormat& format, const char* description) {
  if (format.frame.rate == 0) return nullptr;
  CapsPtr caps(gst_caps_from_string(description));
  set_rate(caps.get(), format.frame.rate, format.frame.channels);
  return caps;
}

}  // namespace

CapsPtr audio_caps(const TrackFormat& format) {
  switch (format.codec) {
    case Codec::kAac:
      return aac_caps(format);
    case Codec::kPcm:
      return flagged_caps(format, format.frame.sample_bits == 8
                                      ? "audio/x-raw, format=U8, layout=interleaved"
                                      : "audio/x-raw, format=S16LE, layout=interleaved");
    case Codec::kAdpcm:
      return flagged_caps(format, "audio/x-adpcm, layout=swf");
    case Codec::kALaw:
      return flagged_caps(format, "audio/x-alaw");
    case Codec::kMuLaw:
      return flagged_caps(format, "audio/x-mulaw");
    case Codec::kNellymoser:
      return flagged_caps(format, "audio/x-nellymoser");
    default:
      return nullptr;
  }
}

}  // namespace rtmp
