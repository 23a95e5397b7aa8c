// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

namespace rtmp {

/// The type of an FLV tag, with its number on the wire.
enum class TagType : std::uint8_t { kAudio = 8, kVideo = 9, kScript = 18 };

/// What a tag is for a caller that does not decode it.
enum class TagKind : std::uint8_t {
  kSequenceHeader,  // decoder configuration, of video or audio
  kKeyFrame,
  kInterFrame,
  kAudioFrame,
  kMetadata,       // onMetaData
  kEndOfSequence,  // no more of this track follows
  kOther,          // other script data, video commands, colours, and what is not understood
};

/// What the beginning of an audio or video body says: the classic header (FLV 10.1, annexes E.4.2.1 and
/// E.4.3.1) or the extended header (Enhanced RTMP v2). It is read once, and stays with the Tag. TrackReader
/// reads what differs from track to track: FourCC, number, composition time and payload.
struct MediaHeader {
  /// What each track of the tag has.
  enum class Content : std::uint8_t {
    kConfiguration,  // the configuration of the decoder
    kChannels,       // the channels of an audio track
    kColors,         // the meaning of a video track's colours
    kFrame,          // a coded frame
    kEnd,            // nothing; the track ends
    kOther,          // something that this library does not know
  };
  /// How the tracks lie in the body.
  enum class Tracks : std::uint8_t {
    kNone,        // silence, a video command, script data, or a header that is malformed
    kPlain,       // one track without a number: no multitrack
    kOne,         // a multitrack of one track
    kMany,        // a multitrack of one codec
    kManyCodecs,  // a multitrack in which each track names its codec
  };

  TagType media = TagType::kScript;
  TagKind kind = TagKind::kOther;
  Content content = Content::kOther;
  Tracks tracks = Tracks::kNone;
  std::uint8_t codec_id = 0;     // of a classic header: video codec or sound format
  std::uint8_t first_track = 0;  // the number of the first track; 0 if the tag is no multitrack
  bool extended : 1 = false;     // the header is an extended one
  bool malformed : 1 = false;    // the header is cut short, or has values that are not possible
  bool disposable : 1 = false;   // a video frame that no other frame needs
  bool composed : 1 = false;     // of video frames: codecs that have a composition time give it here
  bool has_nano_offset : 1 = false;
  std::uint32_t nano_offset = 0;  // to be added to the tag's timestamp, in ns, less than a millisecond
  std::uint32_t size = 0;         // in bytes; the FourCC of an extended header is not counted
};

/// Reads the header of an audio or video body, which may be empty. Never fails: what is not understood is
/// kOther. Does not allocate.
MediaHeader read_media_header(TagType media, std::span<const std::uint8_t> body);

}  // namespace rtmp
