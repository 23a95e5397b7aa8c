// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unread_messages.h"

namespace rtmp {

void UnreadMessages::count(GstMessage* message) {
  ++*unread_;
  const auto freed = [](gpointer data, GstMiniObject*) {
    const std::unique_ptr<Counter> counter(static_cast<Counter*>(data));
    --**counter;
  };
  gst_mini_object_weak_ref(GST_MINI_OBJECT(message), freed, new Counter(unread_));
}

}  // namespace rtmp
