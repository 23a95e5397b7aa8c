// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ingest.h"

namespace rtmp {
namespace {

constexpr std::chrono::milliseconds kGapInterval{500};

}  // namespace

Ingest::Ingest(const Settings& settings, Logger& logger)
    : queue_(settings.max_queue_bytes),
      keep_listening_(settings.keep_listening),
      server_(settings.server, logger) {
  server_.claim(settings.mount, *this);
}

Ingest::~Ingest() { end(); }

void Ingest::end() {
  queue_.end();  // before the server waits for a reader that waits for room
  server_.release(*this);
}

Ingest::Next Ingest::next() {
  for (;;) {
    const bool tells_gaps = keep_listening_ && stream_.begun();
    switch (queue_.take(batch_, tells_gaps ? std::optional(kGapInterval) : std::nullopt)) {
      case TagQueue::Taken::kInterrupted:
        return Next::kInterrupted;
      case TagQueue::Taken::kEnd:
        // A publisher that sent nothing leaves a file header, nobody at all leaves nothing.
        return published_ && stream_.size() > 0 ? Next::kData : Next::kEnd;
      case TagQueue::Taken::kNothing:
        if (!publishing_) return Next::kNobody;
        break;
      case TagQueue::Taken::kTags:
        stream_.append(batch_);
        if ((stream_.begun() && stream_.size() > 0) || stream_.can_begin()) return Next::kData;
    }
  }
}

bool Ingest::publish_begins(const PublishRequest&) {
  // One publisher, one stream: what came after it would have to continue a file that has its end.
  if (published_.exchange(true) && !keep_listening_) return false;
  publishing_ = true;
  first_tag_ = true;
  return true;
}

void Ingest::tag(Tag tag) {
  // flvdemux ends at the first of these. Where publishers follow each other, none is the stream's end.
  if (keep_listening_ && tag.kind() == TagKind::kEndOfSequence) return;
  queue_.add({std::move(tag), std::exchange(first_tag_, false)});
}

void Ingest::publish_ended(EndReason) {
  publishing_ = false;
  if (keep_listening_)
    queue_.flush();
  else
    queue_.finish();
}

}  // namespace rtmp
