// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <span>

#include "published_tag.h"
#include "rtmp/counters.h"
#include "rtmp/error.h"
#include "rtmp/metadata.h"
#include "rtmp/publish.h"

namespace rtmp {

/// An Ingest tells its observers of the publishers that come and go, and of their tags. It asks them whether
/// a client may publish. All but starting(), listening() and stopping() are called from reader threads.
class PublishObserver {
 public:
  virtual ~PublishObserver() = default;

  /// The first call. The element starts.
  virtual void starting() {}
  /// The element listens. `port` counts what happens on its port.
  virtual void listening(std::shared_ptr<const PortCounters> /*port*/) {}
  /// The element stops. All calls that are under way return soon.
  virtual void stopping() {}

  /// As MountDelegate's. A client may publish if all observers say so; the first that does not decides.
  virtual bool allows(const PublishRequest& /*request*/) { return true; }
  virtual void rejected(const PublishRequest& request, Rejection why) = 0;

  /// As MountDelegate's.
  virtual void warned(const Error& /*what*/) {}

  // These are called in this order for each publisher, and the ones between the first and the last any number
  // of times.

  virtual void publish_started(const PublishRequest& request) = 0;
  /// Tags that the publisher has sent, in their order; also those that the stream leaves out.
  virtual void tags(std::span<const PublishedTag> /*tags*/) {}
  /// The metadata has changed. Returns false if the observer cannot take it now; it is told again later then.
  virtual bool described(const PublishRequest& request, const Metadata& metadata) = 0;
  virtual void publish_ended(const PublishRequest& request, EndReason reason) = 0;
};

}  // namespace rtmp
