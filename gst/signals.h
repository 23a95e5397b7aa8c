// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "publish_observer.h"
#include "statistics.h"

namespace rtmp {

/// Tells the application, by the element's signals and by element messages on the bus.
class Signals final : public PublishObserver {
 public:
  static void install(GObjectClass* object_class);

  /// Both must outlive it.
  Signals(GstElement* element, const Statistics& statistics) : element_(element), statistics_(statistics) {}

  bool allows(const PublishRequest& request) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void added(const PublishRequest& request) override;
  void described(const PublishRequest& request, const Metadata& metadata) override;
  void removed(const PublishRequest& request, EndReason reason) override;

 private:
  GstElement* element_;
  const Statistics& statistics_;
};

}  // namespace rtmp
