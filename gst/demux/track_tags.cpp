// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_tags.h"

#include <gst/pbutils/pbutils.h>
#include <gst/tag/tag.h>

#include <initializer_list>
#include <limits>
#include <string>

#include "glib_text.h"

namespace rtmp {
namespace {

// The text of the first of these properties that has any; encoders put control characters and blanks there.
std::string text_of(const AmfValue& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const AmfValue* value = object.find(name);
    if (!value || value->as_string().empty()) continue;
    const GText text(g_strstrip(to_utf8(std::string(value->as_string())).release()));
    if (*text) return text.get();
  }
  return {};
}

void add_text(GstTagList* tags, const char* tag, const std::string& text) {
  if (!text.empty()) gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, tag, text.c_str(), nullptr);
}

// "en", "eng", "en-US" ...: the tag takes codes of ISO 639 alone.
void add_language(GstTagList* tags, const std::string& text) {
  const std::string code = text.substr(0, text.find_first_of("-_"));
  if (code.size() > 3) return;
  if (const gchar* known = gst_tag_get_language_code(code.c_str()))
    add_text(tags, GST_TAG_LANGUAGE_CODE, known);
}

// In kbit/s; anything may stand there.
void add_bitrate(GstTagList* tags, const AmfValue* kilobits) {
  const double bits = kilobits ? kilobits->as_number() * 1000 : 0;
  if (!(bits >= 1 && bits <= std::numeric_limits<guint>::max())) return;
  gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_NOMINAL_BITRATE, static_cast<guint>(bits), nullptr);
}

}  // namespace

TagListPtr track_tags(TagType media, unsigned number, GstCaps* caps, const AmfValue& metadata) {
  const bool video = media == TagType::kVideo;
  TagListPtr tags(gst_tag_list_new_empty());
  gst_pb_utils_add_codec_description_to_tag_list(tags.get(),
                                                 video ? GST_TAG_VIDEO_CODEC : GST_TAG_AUDIO_CODEC, caps);
  if (number == 0) add_bitrate(tags.get(), metadata.find(video ? "videodatarate" : "audiodatarate"));
  const AmfValue* map = metadata.find(video ? "videoTrackIdInfoMap" : "audioTrackIdInfoMap");
  const AmfValue* track = map ? map->find(std::to_string(number)) : nullptr;
  if (track) {
    add_bitrate(tags.get(), track->find(video ? "videodatarate" : "audiodatarate"));
    add_language(tags.get(), text_of(*track, {"language", "lang"}));
    add_text(tags.get(), GST_TAG_TITLE, text_of(*track, {"title", "name", "label"}));
  }
  return tags;
}

TagListPtr stream_tags(const AmfValue& metadata) {
  TagListPtr tags(gst_tag_list_new_empty());
  gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
  add_text(tags.get(), GST_TAG_ENCODER, text_of(metadata, {"encoder", "metadatacreator"}));
  add_text(tags.get(), GST_TAG_TITLE, text_of(metadata, {"title", "displayname"}));
  return gst_tag_list_is_empty(tags.get()) ? nullptr : std::move(tags);
}

}  // namespace rtmp
