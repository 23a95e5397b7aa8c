// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

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

  /// `owner` must outlive it, and the statistics, and is kept for as long as a call of the application lasts.
  Announcements(GstElement* owner, const Statistics& statistics)
      : owner_(owner), element_(owner), statistics_(statistics) {}

  /// From now on the element of the other announcements tells all of it in place of the owner, with the
  /// number of the stream. It must be there until the calls have stopped. What waits unread is counted
  /// together.
  void tell_as(const Announcements& other, guint number);

  /// What signals have of a client; the caller owns it.
  static GstStructure* new_client(const PublishRequest& request);
  /// Runs a call behind all that has been told of publishers. It must own what it uses but for the elements.
  void tell(Handlers::Call call) { run(publisher_, std::move(call)); }

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
  [[nodiscard]] guint id_of(const char* signal) const;
  [[nodiscard]] bool has_handler(const char* signal) const;
  [[nodiscard]] GstStructure* new_message(const char* name, const PublishRequest& request) const;
  void emit(const char* signal, GstStructure* client) const;

  GstElement* const owner_;
  GstElement* element_;  // that tells
  std::optional<guint> number_;
  const Statistics& statistics_;
  Handlers handlers_;
  Handlers::Lane publisher_;  // what is told of the one in place
  UnreadMessages unread_metadata_{kMostUnreadMetadata};
  UnreadMessages unread_{kMostUnread};  // of the others
};

}  // namespace rtmp
