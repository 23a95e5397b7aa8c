// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/metadata.h"
#include "rtmp/publish.h"

namespace rtmp {

/// An Ingest asks this whether a client may publish, and tells it of publishers that come and go. Calls come
/// from reader threads.
class PublishObserver {
 public:
  virtual ~PublishObserver() = default;

  /// As MountDelegate's.
  virtual bool allows(const PublishRequest& request) = 0;
  virtual void rejected(const PublishRequest& request, Rejection why) = 0;

  /// starting() is the first call. After stopping(), which comes when the element stops, all calls return
  /// soon.
  virtual void starting() = 0;
  virtual void stopping() = 0;

  // In this order for each publisher. described() is called when the metadata has changed; it returns whether
  // the application could be told.
  virtual void publish_started(const PublishRequest& request) = 0;
  virtual bool described(const PublishRequest& request, const Metadata& metadata) = 0;
  virtual void publish_ended(const PublishRequest& request, EndReason reason) = 0;
};

}  // namespace rtmp
