// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ingest.h"

#include <algorithm>
#include <utility>

namespace rtmp {
namespace {

// How long the end of the stream waits until the observers have been told of the publisher's end.
constexpr std::chrono::milliseconds kTellingTime{500};

}  // namespace

Ingest::Ingest(const Settings& settings, MountSpec mount, Observers observers, StreamCounters& counters)
    : observers_(std::move(observers)),
      counters_(counters),
      queue_(settings.max_queue_bytes, counters.queue, [this] { server_->has_room(*this); }),
      mount_(std::move(mount)),
      keep_listening_(settings.keep_listening) {
  for (PublishObserver* observer : observers_) observer->starting();
}

Ingest::~Ingest() {
  for (PublishObserver* observer : observers_) observer->stopping();
  queue_.end();  // first, because the server waits for the reader, which may wait for room
  if (server_) server_->release(*this);
}

Result<void> Ingest::start(const ServerConfig& config, Logger& logger) {
  auto server = Server::share(config, logger, mount_, *this);
  if (!server) return std::move(server).error();
  server_ = *std::move(server);
  for (PublishObserver* observer : observers_) observer->listening(server_->counters());
  return {};
}

void Ingest::end() {
  queue_.end();
  server_->finish(*this);
}

Ingest::Next Ingest::next(std::vector<PublishedTag>& out, std::size_t kept,
                          std::optional<std::chrono::milliseconds> patience) {
  switch (queue_.take(out, kept, patience)) {
    case TagQueue::Taken::kTags:
      return Next::kTags;
    case TagQueue::Taken::kInterrupted:
      return Next::kInterrupted;
    case TagQueue::Taken::kEnd:
      return wait_until_told() ? Next::kEnd : Next::kInterrupted;
    case TagQueue::Taken::kNothing:
      break;
  }
  return publishing_ ? Next::kSilence : Next::kNobody;
}

void Ingest::interrupt() {
  queue_.interrupt();
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_all();
}

void Ingest::resume() {
  queue_.resume();
  std::lock_guard lock(mutex_);
  interrupted_ = false;
}

// If this side ends the stream, the publisher's thread learns of it at the same time as the streaming thread.
// The application should hear of the end of the publisher before that of the stream, if its handlers return
// in time. Returns false after interrupt().
bool Ingest::wait_until_told() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kTellingTime, [&] { return !untold_ || interrupted_; });
  if (interrupted_) return false;
  untold_ = false;
  return true;
}

void Ingest::publish_started(const PublishRequest& request) {
  {
    std::lock_guard lock(mutex_);
    untold_ = true;
  }
  published_ = true;
  publishing_ = true;
  first_tag_ = true;
  has_metadata_ = false;
  publisher_ = request;
  metadata_.reset();
  for (PublishObserver* observer : observers_) observer->publish_started(request);
}

bool Ingest::allows(const PublishRequest& request) {
  return std::ranges::all_of(observers_,
                             [&](PublishObserver* observer) { return observer->allows(request); });
}

void Ingest::tag(Tag&& tag) {
  if (tag.kind() == TagKind::kMetadata) {
    metadata_.came(tag);
    // A demuxer that knows only the codecs of FLV 10.1 may take the second for a new stream: flvdemux 1.28
    // drops the configuration of AAC at each.
    if (std::exchange(has_metadata_, true) && !mount_.enhanced) {
      leave_out(std::move(tag), counters_.repeated_metadata);
      return;
    }
  } else {
    metadata_.look();
  }
  // flvdemux ends at the first of these. If another publisher may follow, it is not the end of the stream.
  if (keep_listening_ && tag.kind() == TagKind::kEndOfSequence) {
    leave_out(std::move(tag), counters_.ends_of_sequence);
    return;
  }
  if (queue_.add(std::move(tag), std::exchange(first_tag_, false))) hand_over();
}

void Ingest::leave_out(Tag tag, Counter& counter) {
  counter.add(1);
  const PublishedTag left_out(std::move(tag), false);
  tell_tags({&left_out, 1});
}

void Ingest::tell_tags(std::span<const PublishedTag> tags) {
  if (tags.empty()) return;
  for (PublishObserver* observer : observers_) observer->tags(tags);
}

bool Ingest::tell_metadata(const Metadata& metadata) {
  bool told = true;
  for (PublishObserver* observer : observers_) told = observer->described(publisher_, metadata) && told;
  return told;
}

void Ingest::hand_over() {
  tell_tags(queue_.added());
  queue_.flush();
}

void Ingest::flush() {
  hand_over();
  queue_.wait_while_overfull();
}

bool Ingest::publish_ended(EndReason reason) {
  // A stream has one publisher, because a second one would continue a file that has ended. But a publisher
  // that replaces another goes on with its stream, and one whose codec is not taken leaves the stream to the
  // next.
  const bool goes_on = keep_listening_ || reason == EndReason::kReplaced || reason == EndReason::kNotTaken;
  publishing_ = false;
  metadata_.finish();
  tell_tags(queue_.added());
  queue_.finish();
  for (PublishObserver* observer : observers_) observer->publish_ended(publisher_, reason);
  {
    std::lock_guard lock(mutex_);
    untold_ = false;
    changed_.notify_all();
  }
  if (!goes_on) queue_.end();
  return goes_on;
}

void Ingest::warned(const Error& what) {
  for (PublishObserver* observer : observers_) observer->warned(what);
}

void Ingest::rejected(const PublishRequest& request, Rejection why) {
  for (PublishObserver* observer : observers_) observer->rejected(request, why);
}

}  // namespace rtmp
