// SPDX-License-Identifier: LGPL-2.1-or-later
#include "enums.h"

#include <gst/gst.h>

#include "rtmp/server.h"
#include "settings.h"

namespace rtmp {
namespace {

template <class Enum>
constexpr GEnumValue value(Enum number, const char* description, const char* nick) {
  return {static_cast<gint>(number), description, nick};
}
constexpr GEnumValue kEnd{0, nullptr, nullptr};

// The type has no name in C, but is part of the plugin's interface, and GStreamer's documentation lists it.
GType register_enum(const char* name, const GEnumValue* values) {
  const GType type = g_enum_register_static(name, values);
  gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
  return type;
}

}  // namespace

/**
 * GstRtmp2ServerTakeover:
 * @GST_RTMP2_SERVER_TAKEOVER_STALE: the new publisher replaces the old one if that has sent nothing for two
 * seconds
 * @GST_RTMP2_SERVER_TAKEOVER_REFUSE: the old publisher stays
 * @GST_RTMP2_SERVER_TAKEOVER_REPLACE: the new publisher replaces the old one
 *
 * What happens when a publisher asks for the application and stream key of another one that is still
 * connected.
 *
 * Since: 0.9
 */
GType takeover_type() {
  static const GEnumValue values[] = {
      value(Takeover::kStale, "Replace a publisher that has sent nothing for two seconds", "stale"),
      value(Takeover::kRefuse, "Never replace a publisher", "refuse"),
      value(Takeover::kReplace, "Replace the publisher in place", "replace"), kEnd};
  static const GType type = register_enum("GstRtmp2ServerTakeover", values);
  return type;
}

/**
 * GstRtmp2ServerProxyProtocol:
 * @GST_RTMP2_SERVER_PROXY_PROTOCOL_OFF: no connection begins with a header of the PROXY protocol
 * @GST_RTMP2_SERVER_PROXY_PROTOCOL_TRUSTED: each connection from one of the trusted proxies begins with a
 * header, and no other connection does
 *
 * Whether balancers name their clients by the PROXY protocol.
 *
 * Since: 0.9
 */
GType proxy_protocol_type() {
  static const GEnumValue values[] = {
      value(ProxyProtocol::kOff, "No connection begins with a header", "off"),
      value(ProxyProtocol::kTrusted, "Each connection from a trusted proxy begins with a header", "trusted"),
      kEnd};
  static const GType type = register_enum("GstRtmp2ServerProxyProtocol", values);
  return type;
}

/**
 * GstRtmp2ServerTlsMode:
 * @GST_RTMP2_SERVER_TLS_MODE_REQUIRED: publishers must use TLS
 * @GST_RTMP2_SERVER_TLS_MODE_OPTIONAL: publishers may use TLS
 *
 * Which publishers an element with a certificate takes.
 *
 * Since: 0.9
 */
GType tls_mode_type() {
  static const GEnumValue values[] = {value(TlsMode::kRequired, "Publishers must use TLS", "required"),
                                      value(TlsMode::kOptional, "Publishers may use TLS", "optional"), kEnd};
  static const GType type = register_enum("GstRtmp2ServerTlsMode", values);
  return type;
}

/**
 * GstRtmp2ServerDrainMode:
 * @GST_RTMP2_SERVER_DRAIN_MODE_REFUSE: the port is open, and newcomers are told that nobody is taken
 * @GST_RTMP2_SERVER_DRAIN_MODE_CLOSE: the port is closed
 *
 * What a port does while the element takes no new publishers.
 *
 * Since: 0.9
 */
GType drain_mode_type() {
  static const GEnumValue values[] = {
      value(DrainMode::kRefuse, "Tell newcomers that nobody is taken", "refuse"),
      value(DrainMode::kClose, "Close the port", "close"), kEnd};
  static const GType type = register_enum("GstRtmp2ServerDrainMode", values);
  return type;
}

/**
 * GstRtmp2ServerTimestamps:
 * @GST_RTMP2_SERVER_TIMESTAMPS_ORIGINAL: those that the publisher sent
 * @GST_RTMP2_SERVER_TIMESTAMPS_CORRECTED: those at which the tags are due, where the publisher's clock jumps
 * or drifts
 *
 * Which timestamps the FLV tags have.
 *
 * Since: 0.9
 */
GType timestamps_type() {
  static const GEnumValue values[] = {
      value(Timestamps::kOriginal, "As the publisher sent them", "original"),
      value(Timestamps::kCorrected, "Corrected where the publisher's clock jumps or drifts", "corrected"),
      kEnd};
  static const GType type = register_enum("GstRtmp2ServerTimestamps", values);
  return type;
}

/**
 * GstRtmp2ServerEndReason:
 * @GST_RTMP2_SERVER_END_REASON_UNPUBLISHED: the publisher ended its stream
 * @GST_RTMP2_SERVER_END_REASON_CLOSED: the publisher closed the connection
 * @GST_RTMP2_SERVER_END_REASON_RESET: the connection broke
 * @GST_RTMP2_SERVER_END_REASON_TIMED_OUT: the publisher sent nothing for too long
 * @GST_RTMP2_SERVER_END_REASON_REPLACED: another publisher took the stream over
 * @GST_RTMP2_SERVER_END_REASON_NOT_TAKEN: the publisher sent a codec that the element does not take
 * @GST_RTMP2_SERVER_END_REASON_PROTOCOL_ERROR: the publisher sent data that RTMP does not allow
 * @GST_RTMP2_SERVER_END_REASON_STOPPED: the element stopped
 * @GST_RTMP2_SERVER_END_REASON_DISCONNECTED: the application disconnected the publisher
 * @GST_RTMP2_SERVER_END_REASON_OVER_LIMIT: the publisher went beyond a limit of the element
 *
 * Why the stream of a publisher has ended.
 *
 * Since: 0.9
 */
GType end_reason_type() {
  static const GEnumValue values[] = {
      value(EndReason::kUnpublished, "The publisher ended its stream", "unpublished"),
      value(EndReason::kClosed, "The publisher closed the connection", "closed"),
      value(EndReason::kReset, "The connection broke", "reset"),
      value(EndReason::kTimedOut, "The publisher sent nothing for too long", "timed-out"),
      value(EndReason::kReplaced, "Another connection took the stream over", "replaced"),
      value(EndReason::kNotTaken, "The publisher sent a codec that is not taken", "not-taken"),
      value(EndReason::kProtocolError, "The publisher sent what RTMP does not allow", "protocol-error"),
      value(EndReason::kStopped, "The element stopped", "stopped"),
      value(EndReason::kDisconnected, "The application disconnected the publisher", "disconnected"),
      value(EndReason::kOverLimit, "The publisher went beyond a limit of the element", "over-limit"),
      kEnd};
  static const GType type = register_enum("GstRtmp2ServerEndReason", values);
  return type;
}

/**
 * GstRtmp2ServerDismissal:
 * @GST_RTMP2_SERVER_DISMISSAL_STAY_AWAY: encoders are not to come again by themselves
 * @GST_RTMP2_SERVER_DISMISSAL_COME_BACK: encoders are to connect again
 *
 * How a publisher is disconnected.
 *
 * Since: 0.9
 */
GType dismissal_type() {
  static const GEnumValue values[] = {
      value(Dismissal::kStayAway, "It is not to come again by itself", "stay-away"),
      value(Dismissal::kComeBack, "It is to connect again", "come-back"), kEnd};
  static const GType type = register_enum("GstRtmp2ServerDismissal", values);
  return type;
}

/**
 * GstRtmp2ServerRejection:
 * @GST_RTMP2_SERVER_REJECTION_APPLICATION: no element takes the application
 * @GST_RTMP2_SERVER_REJECTION_STREAM_KEY: no element takes the stream key
 * @GST_RTMP2_SERVER_REJECTION_CREDENTIALS: the user or the password is wrong
 * @GST_RTMP2_SERVER_REJECTION_NOT_ALLOWED: a handler of #GstRtmp2ServerSrc::client-connecting returned %FALSE
 * @GST_RTMP2_SERVER_REJECTION_BUSY: another client is publishing, or the stream has ended
 * @GST_RTMP2_SERVER_REJECTION_UNJUDGED: too many wrong secrets came from the client's address, so that this
 * one was not checked
 * @GST_RTMP2_SERVER_REJECTION_DRAINING: the element accepts no new publishers for now
 * @GST_RTMP2_SERVER_REJECTION_ADDRESS: the client's address is in no allowed network
 *
 * Why a client was turned away.
 *
 * Since: 0.9
 */
GType rejection_type() {
  static const GEnumValue values[] = {
      value(Rejection::kApplication, "No element takes the application", "application"),
      value(Rejection::kStreamKey, "No element takes the stream key", "stream-key"),
      value(Rejection::kCredentials, "User or password are wrong", "credentials"),
      value(Rejection::kNotAllowed, "A client-connecting handler said no", "not-allowed"),
      value(Rejection::kBusy, "Another client is publishing, or the stream has ended", "busy"),
      value(Rejection::kUnjudged, "Too many wrong secrets came from its address to look at one more",
            "unjudged"),
      value(Rejection::kDraining, "The element accepts no new publishers for now", "draining"),
      value(Rejection::kAddress, "Its address is in no allowed network", "address"),
      kEnd};
  static const GType type = register_enum("GstRtmp2ServerRejection", values);
  return type;
}

}  // namespace rtmp
