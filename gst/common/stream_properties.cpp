// SPDX-License-Identifier: LGPL-2.1-or-later
#include "enums.h"
#include "property.h"
#include "rtmp/limits.h"

namespace rtmp {
namespace {

// The password cannot be read, because a dump of the pipeline's graph shows all properties that can.
constexpr auto kSecret =
    static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kDeprecated = static_cast<GParamFlags>(kFlags | G_PARAM_DEPRECATED);
constexpr guint kMaxMs = 3'600'000;

GParamSpec* side(const char* name, const char* nick, const char* blurb) {
  return g_param_spec_uint(name, nick, blurb, 0, limits::kMaxVideoSide, 0, kFlags);
}

const Property kProperties[] = {
    /**
     * GstRtmp2ServerSrc:application:
     *
     * The application that a publisher must name. The element refuses publishers that name another one. %NULL
     * means any application.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string("application", "Application",
                        "Application that publishers must name, others are refused (NULL: any)");
        },
        FIELD(mount.application)),
    /**
     * GstRtmp2ServerSrc:stream-key:
     *
     * The stream key that a publisher must give. The element refuses publishers that give another one. %NULL
     * means any stream key.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string("stream-key", "Stream key",
                        "Stream key that publishers must give, others are refused (NULL: any)");
        },
        FIELD(mount.stream_key)),
    /**
     * GstRtmp2ServerSrc:username:
     *
     * The user that a publisher must log in as. %NULL means that publishers do not log in.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string(
              "username", "User name",
              "User that publishers must log in as, by Adobe's or Limelight's challenge (NULL: no login)");
        },
        FIELD(username)),
    /**
     * GstRtmp2ServerSrc:password:
     *
     * The password of #GstRtmp2ServerSrc:username. It can be written but not read.
     *
     * Since: 0.9
     */
    property([] { return string("password", "Password", "The user's password", kSecret); }, FIELD(password)),
    /**
     * GstRtmp2ServerSrc:takeover:
     *
     * What happens when a publisher asks for the application and stream key of another publisher that is
     * still connected.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_enum("takeover", "Takeover",
                                   "What happens when a publisher asks for the application and stream key of "
                                   "one that is connected",
                                   takeover_type(), static_cast<gint>(Settings().mount.takeover), kFlags);
        },
        FIELD(mount.takeover)),
    /**
     * GstRtmp2ServerSrc:enhanced:
     *
     * Whether the element takes Enhanced RTMP. %FALSE refuses the codecs that FLV 10.1 does not have, for
     * pipelines whose demuxer fails at them.
     *
     * Since: 0.9
     */
    property(
        [] {
          return boolean(
              "enhanced", "Enhanced RTMP",
              "Take Enhanced RTMP (FALSE: refuse codecs that FLV 10.1 does not have, for a demuxer "
              "that fails at them)",
              Settings().mount.enhanced);
        },
        FIELD(mount.enhanced)),
    /**
     * GstRtmp2ServerSrc:timeout:
     *
     * The time in seconds after which a publisher that sends nothing is disconnected. 0 means never.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_uint(
              "timeout", "Timeout",
              "Seconds after which a publisher that sends nothing is disconnected (0: never)", 0,
              G_MAXINT / 1000, static_cast<guint>(Settings().mount.timeout.count()), kFlags);
        },
        FIELD(mount.timeout)),
    /**
     * GstRtmp2ServerSrc:latency:
     *
     * The time in milliseconds that a frame may arrive late and still be shown in time. It can be changed in
     * any state.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_uint("latency", "Latency",
                                   "Milliseconds that a frame may arrive late and still be shown in time", 0,
                                   kMaxMs, Settings().latency_ms, kAtAnyTime);
        },
        FIELD(latency_ms)),
    /**
     * GstRtmp2ServerSrc:max-queue-bytes:
     *
     * The memory, in bytes, that received data may take before downstream takes it. When it is exceeded, the
     * element stops reading from the publisher. Nothing is dropped.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_uint(
              "max-queue-bytes", "Maximum queue bytes",
              "Bytes of memory that received data may take before the publisher has to wait", 1, G_MAXUINT,
              Settings().max_queue_bytes, kFlags);
        },
        FIELD(max_queue_bytes)),
    /**
     * GstRtmp2ServerSrc:max-bitrate:
     *
     * The greatest bitrate of a publisher in bits per second, over ten seconds. One that sends more is told
     * so and closed. 0 means no limit.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_uint(
              "max-bitrate", "Maximum bitrate",
              "Bits per second of a publisher, over ten seconds; more ends it (0: no limit)", 0, G_MAXUINT,
              Settings().mount.limits.max_bitrate, kFlags);
        },
        FIELD(mount.limits.max_bitrate)),
    /**
     * GstRtmp2ServerSrc:max-picture-width:
     *
     * The greatest width of a publisher's pictures, in pixels. One that announces larger ones is told so and
     * closed. 0 means no limit.
     *
     * Since: 0.9
     */
    property(
        [] {
          return side("max-picture-width", "Maximum picture width",
                      "Width of a publisher's pictures, in pixels; more ends it (0: no limit)");
        },
        FIELD(mount.limits.max_picture_width)),
    /**
     * GstRtmp2ServerSrc:max-picture-height:
     *
     * The greatest height of a publisher's pictures, in pixels. One that announces larger ones is told so and
     * closed. 0 means no limit.
     *
     * Since: 0.9
     */
    property(
        [] {
          return side("max-picture-height", "Maximum picture height",
                      "Height of a publisher's pictures, in pixels; more ends it (0: no limit)");
        },
        FIELD(mount.limits.max_picture_height)),
    /**
     * GstRtmp2ServerSrc:keep-listening:
     *
     * Whether the stream goes on with the next publisher when one ends. %FALSE means that the element sends
     * EOS then.
     *
     * Since: 0.9
     */
    property(
        [] {
          return boolean("keep-listening", "Keep listening",
                         "Go on with the next publisher in the same stream when one ends (FALSE: EOS)",
                         Settings().keep_listening);
        },
        FIELD(keep_listening)),
    /**
     * GstRtmp2ServerSrc:timestamps:
     *
     * Which timestamps the FLV tags have. The timestamps of the buffers always say when a tag is due.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_enum(
              "timestamps", "Timestamps",
              "Timestamps of the FLV tags; those of the buffers always say when a tag is due",
              timestamps_type(), static_cast<gint>(Settings().timestamps), kFlags);
        },
        FIELD(timestamps)),
    /**
     * GstRtmp2ServerSrc:loop:
     *
     * The same as #GstRtmp2ServerSrc:keep-listening.
     *
     * Deprecated: 0.9: Use #GstRtmp2ServerSrc:keep-listening.
     *
     * Since: 0.9
     */
    property(
        [] {
          return boolean("loop", "Loop", "Another name for keep-listening", Settings().keep_listening,
                         kDeprecated);
        },
        FIELD(keep_listening)),
};

}  // namespace

std::span<const Property> stream_properties() { return kProperties; }

}  // namespace rtmp
