// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source_interface.h"

#include "enums.h"

namespace rtmp {

void install_interface(GObjectClass* object_class, const SourceInterface& interface) {
  constexpr auto kReadable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstRtmp2ServerSrc:current-port:
   *
   * The port that the element listens on. 0 while it does not listen.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, interface.current_port,
      g_param_spec_uint("current-port", "Current port", "Port that the element listens on (0: it does not)",
                        0, G_MAXUINT16, 0, kReadable));
  /**
   * GstRtmp2ServerSrc:publishing:
   *
   * Whether a publisher is sending its stream to the element. The element notifies of each publisher that
   * begins and that ends, from the threads that emit #GstRtmp2ServerSrc::client-added and
   * #GstRtmp2ServerSrc::client-removed.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, interface.publishing,
      g_param_spec_boolean("publishing", "Publishing", "Whether a publisher is sending its stream", FALSE,
                           kReadable));
  /**
   * GstRtmp2ServerSrc:stats:
   *
   * Statistics of the publisher, or of the last one, and totals since the element started. The structure is a
   * copy.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, interface.stats,
      g_param_spec_boxed("stats", "Statistics", "Statistics of the publisher, or of the last one, and totals",
                         GST_TYPE_STRUCTURE, kReadable));
  /**
   * GstRtmp2ServerSrc::disconnect-publisher:
   * @self: the element
   * @how: (type GstRtmp2ServerDismissal): whether the publisher is to come back
   *
   * Ends the publisher that is in place. What came of it goes out. Without #GstRtmp2ServerSrc:keep-listening
   * the stream ends behind that, as at any publisher's end. It is up to a handler of
   * #GstRtmp2ServerSrc::client-connecting to keep the publisher away if it comes again all the same.
   *
   * Returns: whether there was a publisher.
   *
   * Since: 0.9
   */
  g_signal_new_class_handler("disconnect-publisher", G_OBJECT_CLASS_TYPE(object_class),
                             static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                             interface.disconnect_publisher, nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, 1,
                             dismissal_type());
  /**
   * GstRtmp2ServerSrc::request-reconnect:
   * @self: the element
   * @url: (nullable): where the publisher should connect to, `rtmp://host/application`; %NULL is where it is
   * now
   *
   * Asks the publisher in place to connect again, for example to another server. A publisher that understands
   * such a request gets ten seconds to end its stream by itself. Any other is closed at its next key frame,
   * or after ten seconds. Without #GstRtmp2ServerSrc:keep-listening the stream ends behind that.
   *
   * Returns: whether there was a publisher.
   *
   * Since: 0.9
   */
  g_signal_new_class_handler("request-reconnect", G_OBJECT_CLASS_TYPE(object_class),
                             static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                             interface.request_reconnect, nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, 1,
                             G_TYPE_STRING);
}

}  // namespace rtmp
