// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ingest.h"

namespace rtmp {

Ingest::Ingest(const Settings& settings, Logger& logger)
    : queue_(settings.max_queue_bytes), server_(settings.server, logger) {
  server_.claim(settings.mount, *this);
}

Ingest::~Ingest() { end(); }

void Ingest::end() {
  queue_.end();  // before the server waits for a reader that waits for room
  server_.release(*this);
}

Ingest::Next Ingest::next() {
  for (;;) {
    switch (queue_.take(batch_)) {
      case TagQueue::Taken::kInterrupted:
        return Next::kInterrupted;
      case TagQueue::Taken::kEnd:
        // A publisher that sent nothing leaves a file header, nobody at all leaves nothing.
        return published_ && stream_.size() > 0 ? Next::kData : Next::kEnd;
      case TagQueue::Taken::kTags:
        stream_.append(batch_);
        if (stream_.begun() || stream_.can_begin()) return Next::kData;
    }
  }
}

// One publisher, one stream: what came after it would have to continue a file that has its end.
bool Ingest::publish_begins(const PublishRequest&) { return !published_.exchange(true); }

void Ingest::publish_ended(EndReason) { queue_.finish(); }

}  // namespace rtmp
