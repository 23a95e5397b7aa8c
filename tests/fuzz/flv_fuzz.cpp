// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: the type of a message, then its body.
#include <algorithm>
#include <vector>

#include "check_tag.h"
#include "media_filter.h"
#include "require.h"
#include "rtmp/colors.h"
#include "rtmp/limits.h"
#include "rtmp/media_info.h"
#include "rtmp/metadata.h"
#include "script_data.h"

namespace rtmp::fuzz {
namespace {

void check_size(const std::optional<VideoSize>& size) {
  if (!size) return;
  require(size->width > 0 && size->height > 0, "a picture has pixels");
  require(size->width <= limits::kMaxVideoSide && size->height <= limits::kMaxVideoSide,
          "a picture's sides have a limit");
}

bool lies_in(std::span<const std::uint8_t> part, std::span<const std::uint8_t> whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_tracks(TagType type, std::span<const std::uint8_t> body) {
  const MediaHeader header = read_media_header(type, body);
  require(header.size <= body.size(), "a header lies in its body");
  require(header.nano_offset < 1'000'000, "an offset is less than a millisecond");
  TrackReader tracks(header, body);
  std::size_t total = 0;
  while (const auto packet = tracks.next()) {
    require(packet->fourcc.empty() || packet->fourcc.size() == 4, "a FourCC has four bytes");
    require(lies_in(packet->payload, body), "a payload lies in its body");
    total += packet->payload.size() + 1;
    require(packet->composition_time >= -0x800000 && packet->composition_time <= 0x7FFFFF,
            "a composition time has 24 bits");
    require(packet->content == TrackPacket::Content::kFrame || !(packet->key_frame || packet->disposable),
            "frames alone are key frames");
    const std::string codec = codec_name(*packet);
    require(!codec.empty() && codec.size() <= 20, "a codec has a short name");
    require(std::ranges::all_of(codec, [](char c) { return c >= ' ' && c <= '~'; }),
            "a codec's name is printable");
    check_size(video_size(*packet));
    const auto channels = read_channels(*packet);
    require(channels.has_value() == (packet->content == TrackPacket::Content::kChannels),
            "channels that cannot be read are malformed");
    (void)read_colors(*packet);
  }
  require(total <= body.size(), "no byte is of two tracks");
}

// The body as it lies in the input, where ASan sees a read behind it. That of a tag has four bytes behind.
void check_body(std::span<const std::uint8_t> body) {
  if (const auto script = inspect_script_data(body)) {
    require(script->strip < body.size(), "script data keeps its name");
    require(script->kind == TagKind::kMetadata || script->kind == TagKind::kOther, "script data is no frame");
  }
  const TagKind audio = read_media_header(TagType::kAudio, body).kind;
  require(audio != TagKind::kKeyFrame && audio != TagKind::kInterFrame && audio != TagKind::kMetadata,
          "audio is no video");
  if (body.empty()) return;
  const TagKind video = read_media_header(TagType::kVideo, body).kind;
  require(video != TagKind::kAudioFrame && video != TagKind::kMetadata, "video is no audio");
  for (const TagType type : {TagType::kVideo, TagType::kAudio}) check_tracks(type, body);
}

void check_info(const Tag& tag) {
  std::size_t text = 0;
  for (const MetadataField& field : read_metadata(tag)) {
    require(tag.kind() == TagKind::kMetadata, "metadata is in metadata");
    const auto* string = std::get_if<std::string>(&field.value);
    text += field.name.size() + (string ? string->size() : 0);
  }
  require(text <= tag.body().size(), "metadata is made of what was sent");
}

void check_message(MessageType type, std::span<const std::uint8_t> body) {
  Message message{type, 0xFFFFFFF0, 1, Block(body.size())};
  std::ranges::copy(body, message.block.body().begin());
  ConnectionCounters counters;
  std::size_t total = 0;
  bool finished = false;
  MediaFilter filter(
      [&](const Tag& tag) {
        check_tag(tag);
        check_info(tag);
        require(finished == (tag.kind() == TagKind::kEndOfSequence), "ends of sequence wait for the end");
        total += tag.body().size();
      },
      counters);
  require(filter.take(std::move(message)).has_value(), "every codec is taken");
  finished = true;
  filter.finish();
  require(total <= body.size(), "tags are made of what was sent");
}

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> body(data + 1, size - 1);
  rtmp::fuzz::check_body(body);
  rtmp::fuzz::check_message(static_cast<rtmp::MessageType>(data[0]), body);
  return 0;
}
