// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "handlers.h"
#include "publish_observer.h"
#include "statistics.h"
#include "unread_messages.h"

namespace rtmp {

/// Stands for a stream key that publishers must give, wherever GStreamer may write it to its log. There it is
/// a secret; the application, which has set it, does not need it.
inline constexpr const char* kHiddenKey = "***";

/// Tells the application of publishers, by the element's signals and by element messages on the bus. An
/// application may never read its bus, so only a number of messages of each kind may wait unread. Further
/// ones are left out.
class Announcements final : public PublishObserver {
 public:
  static void install(GObjectClass* object_class);

  /// `owner` and the statistics must outlive it. A call of the application keeps `owner` alive.
  Announcements(GstElement* owner, const Statistics& statistics)
      : owner_(owner), element_(owner), statistics_(statistics) {}

  /// From now on the element of `other` tells everything instead of the owner, with the number of the stream.
  /// It must stay until the calls have stopped. Unread messages of both are counted together.
  void tell_as(const Announcements& other, guint number);

  /// Returns a new structure with the fields of signals. The caller owns it.
  static GstStructure* new_client(const PublishRequest& request);
  /// Runs a call after all that has been told of publishers. The call must own what it uses, except the
  /// elements.
  void tell(Handlers::Call call) { run(publisher_, std::move(call)); }

  bool allows(const PublishRequest& request) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void warned(const Error& what) override;
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
  [[nodiscard]] guint id_of(const char* signal) const;
  [[nodiscard]] bool has_handler(const char* signal) const;
  [[nodiscard]] GstStructure* new_message(const char* name, const PublishRequest& request) const;
  void emit(const char* signal, GstStructure* client) const;

  GstElement* const owner_;
  GstElement* element_;  // that tells
  std::optional<guint> number_;
  const Statistics& statistics_;
  Handlers handlers_;
  Handlers::Lane publisher_;  // the calls for the publisher in place
  UnreadMessages unread_metadata_{kMostUnreadMetadata};
  UnreadMessages unread_{kMostUnread};  // all other messages
};

}  // namespace rtmp
