// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: the type of a message, then its body.
#include <algorithm>
#include <vector>

#include "audio_header.h"
#include "avc_sps.h"
#include "check_tag.h"
#include "ex_header.h"
#include "flv_format.h"
#include "hevc_sps.h"
#include "media.h"
#include "require.h"
#include "rtmp/limits.h"
#include "rtmp/media_info.h"
#include "rtmp/metadata.h"
#include "script_data.h"
#include "video_header.h"

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

// The body as it lies in the input, where ASan sees a read behind it. That of a tag has four bytes behind.
void check_body(std::span<const std::uint8_t> body) {
  if (const auto script = inspect_script_data(body)) {
    require(script->strip < body.size(), "script data keeps its name");
    require(script->kind == TagKind::kMetadata || script->kind == TagKind::kOther, "script data is no frame");
  }
  const TagKind audio = audio_kind(body);
  require(audio != TagKind::kKeyFrame && audio != TagKind::kInterFrame && audio != TagKind::kMetadata,
          "audio is no video");
  check_size(avc_record_size(body));
  check_size(hevc_record_size(body));
  check_size(avc_sps_size(body));
  check_size(hevc_sps_size(body));
  if (body.empty()) return;
  const TagKind video = video_kind(body);
  require(video != TagKind::kAudioFrame && video != TagKind::kMetadata, "video is no audio");
  for (const int multitrack : {kVideoExMultitrack, kAudioExMultitrack}) {
    const ExHeader header = read_ex_header(body, multitrack);
    require(header.packet_type >= kExMalformed && header.packet_type <= 15, "packet types have four bits");
    require(header.packet_type != multitrack, "what is in a multitrack is none");
    require(header.fourcc.empty() || header.fourcc.size() == 4, "a FourCC has four bytes");
    require(lies_in(header.payload, body), "a payload lies in its body");
  }
}

void check_info(const Tag& tag) {
  const std::string codec = codec_name(tag);
  require(codec.size() <= 20, "a codec's name is short");
  require(std::ranges::all_of(codec, [](char c) { return c >= ' ' && c <= '~'; }),
          "a codec's name is printable");
  require(tag.type() != TagType::kScript || codec.empty(), "script data has no codec");
  const auto size = video_size(tag);
  require(!size || tag.kind() == TagKind::kSequenceHeader, "a sequence header tells the size");
  check_size(size);

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
  filter.take(std::move(message));
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
