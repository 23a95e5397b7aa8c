// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>

#include "handlers.h"
#include "publish_observer.h"
#include "statistics.h"

namespace rtmp {

/// Tells the application, by the element's signals and by element messages on the bus. As a publisher can
/// send new metadata for as long as it likes, and an application may never read its bus, there are at most
/// kMostUnread messages of metadata at a time.
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
  static constexpr unsigned kMostUnread = 16;

  void run(Handlers::Lane& lane, Handlers::Call call);
  [[nodiscard]] bool has_handler(guint signal) const;

  GstElement* element_;
  const Statistics& statistics_;
  Handlers handlers_;
  Handlers::Lane publisher_;  // what is told of the one in place
  // Messages of metadata that exist; they may outlive this.
  const std::shared_ptr<std::atomic<unsigned>> unread_ = std::make_shared<std::atomic<unsigned>>(0);
};

}  // namespace rtmp
