// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_header.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "rtmp/metadata.h"

namespace rtmp {
namespace {

constexpr guint8 kHasAudio = 4;
constexpr guint8 kHasVideo = 1;
// Metadata of real publishers has a kilobyte or two.
constexpr std::size_t kMostMetadata = 64 << 10;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// "audiocodecid" is a field of audio. "hasAudio" is one if it is true.
bool tells_of(TagType medium, const MetadataField& field) {
  std::string name;
  for (const char c : field.name) name += g_ascii_tolower(c);
  const bool audio = medium == TagType::kAudio;
  if (name == (audio ? "hasaudio" : "hasvideo")) return field.value != decltype(field.value)(false);
  if (audio) return name == "stereo" || name.find("audio") != std::string::npos;
  return is_one_of(name, {"width", "height", "framerate"}) || name.find("video") != std::string::npos;
}

}  // namespace

bool is_header(const Tag& tag) {
  return tag.kind() == TagKind::kSequenceHeader || tag.kind() == TagKind::kMetadata;
}

Media media_of(std::span<const PublishedTag> first_tags) {
  Media told{false, false};
  Media there{false, false};
  std::size_t read = 0;
  for (const PublishedTag& published : first_tags) {
    const Tag& tag = published.tag;
    there.audio = there.audio || tag.type() == TagType::kAudio;
    there.video = there.video || tag.type() == TagType::kVideo;
    if (tag.kind() != TagKind::kMetadata) continue;
    read += tag.body().size();
    if (read > kMostMetadata) return {};
    for (const MetadataField& field : read_metadata(tag)) {
      told.audio = told.audio || tells_of(TagType::kAudio, field);
      told.video = told.video || tells_of(TagType::kVideo, field);
    }
  }
  if (told.audio == told.video) return {};
  return {told.audio || there.audio, told.video || there.video};
}

// "FLV", version 1, flags, and the size of the header; then the size of the tag before the first one, 0.
GstBuffer* new_flv_header(Media media) {
  const auto flags = static_cast<guint8>((media.audio ? kHasAudio : 0) | (media.video ? kHasVideo : 0));
  const guint8 header[kFlvHeaderSize] = {'F', 'L', 'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0};
  return gst_buffer_new_memdup(header, sizeof header);
}

CapsPtr caps_of(std::span<const BufferPtr> beginning) {
  GValue headers = G_VALUE_INIT;
  gst_value_array_init(&headers, 0);
  for (const BufferPtr& buffer : beginning) {
    if (!GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_HEADER)) continue;
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_BUFFER);
    gst_value_set_buffer(&value, buffer.get());
    gst_value_array_append_and_take_value(&headers, &value);
  }
  CapsPtr caps(gst_caps_new_simple("video/x-flv", "variant", G_TYPE_STRING, "rtmp", nullptr));
  gst_structure_take_value(gst_caps_get_structure(caps.get(), 0), "streamheader", &headers);
  return caps;
}

}  // namespace rtmp
