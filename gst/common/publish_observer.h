// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/metadata.h"
#include "rtmp/publish.h"

namespace rtmp {

/// Whom an Ingest tells of those that publish, and asks. Calls come from reader threads.
class PublishObserver {
 public:
  virtual ~PublishObserver() = default;

  /// As MountDelegate's.
  virtual bool allows(const PublishRequest& request) = 0;
  virtual void rejected(const PublishRequest& request, Rejection why) = 0;

  /// Before all of these; and when the element stops: from now on they return soon.
  virtual void starting() = 0;
  virtual void stopping() = 0;

  // In this order for each publisher, the second when its metadata has changed: whether it could be told.
  virtual void added(const PublishRequest& request) = 0;
  virtual bool described(const PublishRequest& request, const Metadata& metadata) = 0;
  virtual void removed(const PublishRequest& request, EndReason reason) = 0;
};

}  // namespace rtmp
