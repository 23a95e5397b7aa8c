// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publisher_signals.h"

#include "enums.h"
#include "structure_fields.h"

namespace rtmp {
namespace {

constexpr const char* kPublisherAdded = "publisher-added";
constexpr const char* kPublisherRemoved = "publisher-removed";

void tell(Announcements& announcements, GstElement* bin, const char* signal, guint number,
          const PublishRequest& publisher, std::optional<EndReason> reason) {
  announcements.tell([bin, signal, number, publisher, reason] {
    GstStructure* structure = Announcements::new_client(publisher);
    gst_structure_set_name(structure, "rtmp2-publisher");
    set_uint(structure, "number", number);
    if (reason)
      gst_structure_set(structure, "reason", end_reason_type(), static_cast<gint>(*reason), nullptr);
    g_signal_emit_by_name(bin, signal, structure);
    gst_structure_free(structure);
  });
}

}  // namespace

void install_publisher_signals(GObjectClass* object_class) {
  const GType type = G_OBJECT_CLASS_TYPE(object_class);
  const auto install = [type](const char* name) {
    g_signal_new(name, type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE, 1,
                 GST_TYPE_STRUCTURE);
  };
  /**
   * GstRtmp2ServerBin::publisher-added:
   * @self: the bin
   * @publisher: the publisher, a structure with `number` (uint), which is the first one in the names of its
   * pads, and the fields of #GstRtmp2ServerSrc::client-connecting
   *
   * A publisher has begun, and has no pads yet. The handler runs in a thread of its own, and may take its
   * time: the publisher waits.
   *
   * Since: 0.9
   */
  install(kPublisherAdded);
  /**
   * GstRtmp2ServerBin::publisher-removed:
   * @self: the bin
   * @publisher: the publisher, a structure as that of #GstRtmp2ServerBin::publisher-added, with `reason`
   * (#GstRtmp2ServerEndReason)
   *
   * A publisher has ended, and its pads have had EOS. With several publishers they have been removed, too.
   *
   * Since: 0.9
   */
  install(kPublisherRemoved);
}

void tell_publisher_added(Announcements& announcements, GstElement* bin, guint number,
                          const PublishRequest& publisher) {
  tell(announcements, bin, kPublisherAdded, number, publisher, std::nullopt);
}

void tell_publisher_removed(Announcements& announcements, GstElement* bin, guint number,
                            const PublishRequest& publisher, EndReason reason) {
  tell(announcements, bin, kPublisherRemoved, number, publisher, reason);
}

}  // namespace rtmp
