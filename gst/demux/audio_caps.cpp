// SPDX-License-Identifier: LGPL-2.1-or-later
#include "audio_caps.h"

#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>

#include <array>
#include <bit>
#include <initializer_list>

#include "rtmp/codec/aac.h"
#include "rtmp/codec/flac.h"
#include "rtmp/codec/opus.h"

namespace rtmp {
namespace {

constexpr gint kSpeexRate = 16000;

CapsPtr with_rate(const char* description, std::uint32_t rate, std::uint32_t channels) {
  CapsPtr caps(gst_caps_from_string(description));
  gst_caps_set_simple(caps.get(), "rate", G_TYPE_INT, static_cast<gint>(rate), "channels", G_TYPE_INT,
                      static_cast<gint>(channels), nullptr);
  return caps;
}

BufferPtr to_buffer(std::span<const std::uint8_t> bytes) {
  return BufferPtr(gst_buffer_new_memdup(bytes.data(), bytes.size()));
}

void set_stream_header(GstCaps* caps, std::initializer_list<std::span<const std::uint8_t>> packets) {
  GValue header = G_VALUE_INIT;
  gst_value_array_init(&header, static_cast<guint>(packets.size()));
  for (const auto packet : packets) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_BUFFER);
    gst_value_take_buffer(&value, to_buffer(packet).release());
    gst_value_array_append_and_take_value(&header, &value);
  }
  gst_structure_take_value(gst_caps_get_structure(caps, 0), "streamheader", &header);
}

CapsPtr aac_caps(const TrackFormat& format) {
  const auto config = read_aac_config(format.configuration);
  if (!config) return nullptr;
  CapsPtr caps =
      with_rate("audio/mpeg, mpegversion=4, framed=true, stream-format=raw", config->rate, config->channels);
  const BufferPtr data = to_buffer(format.configuration);
  gst_caps_set_simple(caps.get(), "codec_data", GST_TYPE_BUFFER, data.get(), nullptr);
  gst_codec_utils_aac_caps_set_level_and_profile(caps.get(), format.configuration.data(),
                                                 static_cast<guint>(format.configuration.size()));
  return caps;
}

CapsPtr mp3_caps(const TrackFormat& format) {
  const auto* header = std::get_if<MpegAudioHeader>(&format.frame);
  if (!header) return nullptr;
  CapsPtr caps = with_rate("audio/mpeg, mpegversion=1, parsed=true", header->rate, header->channels);
  gst_caps_set_simple(caps.get(), "layer", G_TYPE_INT, static_cast<gint>(header->layer), "mpegaudioversion",
                      G_TYPE_INT, static_cast<gint>(header->version) + 1, nullptr);
  return caps;
}

CapsPtr ac3_caps(const TrackFormat& format, const char* description) {
  const auto* header = std::get_if<Ac3Header>(&format.frame);
  return header ? with_rate(description, header->rate, header->channels) : nullptr;
}

// Without a header (Enhanced RTMP allows that) it is mono or stereo, which Opus decoders make of either.
CapsPtr opus_caps(const TrackFormat& format) {
  OpusConfig config = read_opus_config(format.configuration).value_or(OpusConfig{});
  if (config.input_rate == 0) config.input_rate = OpusConfig{}.input_rate;
  const BufferPtr header(gst_codec_utils_opus_create_header(
      config.input_rate, config.channels, config.mapping_family, config.stream_count, config.coupled_count,
      config.mapping_family == 0 ? nullptr : config.mapping.data(), config.pre_skip, config.output_gain));
  return header ? CapsPtr(gst_codec_utils_opus_create_caps_from_header(header.get(), nullptr)) : nullptr;
}

CapsPtr flac_caps(const TrackFormat& format) {
  const auto config = read_flac_config(format.configuration);
  if (!config) return nullptr;
  CapsPtr caps = with_rate("audio/x-flac, framed=true", config->rate, config->channels);
  // The last and only block, of type 0, of 34 bytes.
  constexpr std::uint8_t kMarker[] = {'f', 'L', 'a', 'C'};
  std::vector<std::uint8_t> block{0x80, 0x00, 0x00, 0x22};
  block.insert(block.end(), config->stream_info.begin(), config->stream_info.end());
  set_stream_header(caps.get(), {kMarker, block});
  return caps;
}

// The header packet of a Speex file (libspeex's SpeexHeader, little-endian): FLV has wideband mono, and no
// header.
CapsPtr speex_caps() {
  std::array<std::uint8_t, 80> header{'S', 'p', 'e', 'e', 'x', ' ', ' ', ' ', '1', '.', '2'};
  const auto set = [&](std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) header[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  };
  set(28, 1);  // version
  set(32, header.size());
  set(36, kSpeexRate);
  set(40, 1);                                  // wideband
  set(44, 4);                                  // version of the bitstream
  set(48, 1);                                  // channels
  set(52, 0xFFFFFFFF);                         // bitrate: it is not known
  set(56, 320);                                // samples in a frame
  set(64, 1);                                  // frames in a packet
  constexpr std::uint8_t kNoComments[8] = {};  // vendor, and number of comments
  CapsPtr caps = with_rate("audio/x-speex", kSpeexRate, 1);
  set_stream_header(caps.get(), {header, kNoComments});
  return caps;
}

// The codecs whose format is in the first byte of a tag (FLV 10.1, annex E.4.2.1).
CapsPtr flagged_caps(const TrackFormat& format, const char* description) {
  const auto* sound = std::get_if<SoundFormat>(&format.frame);
  return sound ? with_rate(description, sound->rate, sound->channels) : nullptr;
}

CapsPtr pcm_caps(const TrackFormat& format) {
  const auto* sound = std::get_if<SoundFormat>(&format.frame);
  const bool bytes = sound && sound->sample_bits == 8;
  return flagged_caps(format, bytes ? "audio/x-raw, format=U8, layout=interleaved"
                                    : "audio/x-raw, format=S16LE, layout=interleaved");
}

CapsPtr codec_caps(const TrackFormat& format) {
  switch (format.codec) {
    case Codec::kAac:
      return aac_caps(format);
    case Codec::kMp3:
      return mp3_caps(format);
    case Codec::kOpus:
      return opus_caps(format);
    case Codec::kFlac:
      return flac_caps(format);
    case Codec::kAc3:
      return ac3_caps(format, "audio/x-ac3, framed=true, alignment=frame");
    case Codec::kEac3:
      return ac3_caps(format, "audio/x-eac3, framed=true, alignment=frame");
    case Codec::kPcm:
      return pcm_caps(format);
    case Codec::kAdpcm:
      return flagged_caps(format, "audio/x-adpcm, layout=swf");
    case Codec::kALaw:
      return flagged_caps(format, "audio/x-alaw");
    case Codec::kMuLaw:
      return flagged_caps(format, "audio/x-mulaw");
    case Codec::kNellymoser:
      return flagged_caps(format, "audio/x-nellymoser");
    case Codec::kSpeex:
      return speex_caps();
    default:
      return nullptr;
  }
}

// The places of Enhanced RTMP's channels, by their bits, as GStreamer numbers them.
constexpr GstAudioChannelPosition kPlaces[] = {
    GST_AUDIO_CHANNEL_POSITION_FRONT_LEFT,
    GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_FRONT_CENTER,
    GST_AUDIO_CHANNEL_POSITION_LFE1,
    GST_AUDIO_CHANNEL_POSITION_REAR_LEFT,
    GST_AUDIO_CHANNEL_POSITION_REAR_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_FRONT_LEFT_OF_CENTER,
    GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT_OF_CENTER,
    GST_AUDIO_CHANNEL_POSITION_REAR_CENTER,
    GST_AUDIO_CHANNEL_POSITION_SIDE_LEFT,
    GST_AUDIO_CHANNEL_POSITION_SIDE_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_TOP_CENTER,
    GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_LEFT,
    GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_CENTER,
    GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_TOP_REAR_LEFT,
    GST_AUDIO_CHANNEL_POSITION_TOP_REAR_CENTER,
    GST_AUDIO_CHANNEL_POSITION_TOP_REAR_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_LFE2,
    GST_AUDIO_CHANNEL_POSITION_TOP_SIDE_LEFT,
    GST_AUDIO_CHANNEL_POSITION_TOP_SIDE_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_BOTTOM_FRONT_CENTER,
    GST_AUDIO_CHANNEL_POSITION_BOTTOM_FRONT_LEFT,
    GST_AUDIO_CHANNEL_POSITION_BOTTOM_FRONT_RIGHT,
};

// How many channels there are, the codec knows; where they are, only FLV may say.
void set_channel_mask(GstCaps* caps, const Channels& channels) {
  gint count = 0;
  gst_structure_get_int(gst_caps_get_structure(caps, 0), "channels", &count);
  if (count < 3 || count != std::popcount(channels.places)) return;
  guint64 mask = 0;
  for (std::size_t bit = 0; bit < std::size(kPlaces); ++bit)
    if (channels.places >> bit & 1) mask |= guint64{1} << kPlaces[bit];
  if (std::popcount(mask) != count) return;
  gst_caps_set_simple(caps, "channel-mask", GST_TYPE_BITMASK, mask, nullptr);
}

}  // namespace

CapsPtr audio_caps(const TrackFormat& format) {
  CapsPtr caps = codec_caps(format);
  if (caps && format.channels) set_channel_mask(caps.get(), *format.channels);
  return caps;
}

}  // namespace rtmp
