// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "handlers.h"
#include "publish_observer.h"
#include "statistics.h"
#include "unread_messages.h"

namespace rtmp {

/// Tells the application, by the element's signals and by element messages on the bus. Of the messages, so
/// many of each kind may wait unread; further ones are left out.
class Announcements final : public PublishObserver {
 public:
  static void install(GObjectClass* object_class);

  /// Both must outlive it.
  Announcements(GstElement* element, const Statistics& statistics)
      : element_(element), statistics_(statistics) {}

  bool allows(const PublishRequest& request) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void publish_started(const PublishRequest& request) override;
  bool described(const PublishRequest& request, const Metadata& metadata) override;
  void publish_ended(const PublishRequest& request, EndReason reason) override;
  void starting() override;
  void stopping() override;

 private:
  static constexpr unsigned kMostUnreadMetadata = 16;
  static constexpr unsigned kMostUnread = 256;

  void run(Handlers::Lane& lane, Handlers::Call call);
  void post(GstStructure* structure);
  [[nodiscard]] bool has_handler(guint signal) const;

  GstElement* element_;
  const Statistics& statistics_;
  Handlers handlers_;
  Handlers::Lane publisher_;  // what is told of the one in place
  UnreadMessages unread_metadata_{kMostUnreadMetadata};
  UnreadMessages unread_{kMostUnread};  // of the others
};

}  // namespace rtmp
