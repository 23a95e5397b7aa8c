// SPDX-License-Identifier: LGPL-2.1-or-later
#include "notes.h"

#include <algorithm>
#include <iterator>

#include "reasons.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

void Gate::close() {
  std::lock_guard lock(mutex_);
  open_ = false;
  held_ = 0;
}

void Gate::open() {
  std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

bool Gate::holds(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return held_ >= count; });
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  if (open_) return;
  ++held_;
  changed_.notify_all();
  changed_.wait_for(lock, kPatience, [&] { return open_; });
}

bool Notes::allows(const PublishRequest& request) {
  at_allows.pass();
  return allow(request);
}

void Notes::publish_started(const PublishRequest& request) {
  at_begin.pass();
  std::lock_guard lock(mutex_);
  tell_of_tags();
  requests_.push_back(request);
  story_.push_back(request.stream_key + (request.query.empty() ? "" : "?" + request.query) + " begins");
  changed_.notify_all();
}

void Notes::tag(Tag&& tag) {
  {
    std::lock_guard lock(mutex_);
    const auto bytes = tag.bytes();
    tags_.emplace_back(bytes.begin(), bytes.end());
    changed_.notify_all();
  }
  at_tag.pass();
}

bool Notes::publish_ended(EndReason reason) {
  at_end.pass();
  std::lock_guard lock(mutex_);
  tell_of_tags();
  ends_.push_back(reason);
  story_.push_back(std::string("ended: ") + to_string(reason));
  changed_.notify_all();
  return takes_another;
}

void Notes::rejected(const PublishRequest& request, Rejection why) {
  std::lock_guard lock(mutex_);
  rejections_.push_back(why);
  rejected_.push_back(request);
  changed_.notify_all();
}

void Notes::warned(const Error& what) {
  std::lock_guard lock(mutex_);
  warnings_.push_back(what.detail);
  changed_.notify_all();
}

std::vector<EndReason> Notes::ends(std::size_t count) { return wait_for(ends_, count); }
std::vector<std::string> Notes::tags(std::size_t count) { return wait_for(tags_, count); }
std::vector<Rejection> Notes::rejections(std::size_t count) { return wait_for(rejections_, count); }
std::vector<std::string> Notes::warnings(std::size_t count) { return wait_for(warnings_, count); }

std::vector<PublishRequest> Notes::rejected_requests() { return wait_for(rejected_, 0); }
std::vector<PublishRequest> Notes::requests() { return wait_for(requests_, 0); }

std::vector<std::string> Notes::story() {
  std::lock_guard lock(mutex_);
  tell_of_tags();
  return story_;
}

template <class T>
std::vector<T> Notes::wait_for(const std::vector<T>& list, std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return list.size() >= count; });
  return list;
}

void Notes::tell_of_tags() {
  if (const std::size_t fresh = tags_.size() - tags_told_; fresh > 0)
    story_.push_back(std::to_string(fresh) + " tags");
  tags_told_ = tags_.size();
}

std::vector<std::string> tags_of(const std::vector<Sent>& sent) {
  std::vector<std::string> tags;
  std::ranges::transform(sent, std::back_inserter(tags), &Sent::tag);
  return tags;
}

void LogLines::log(LogLevel level, std::string_view message) {
  std::lock_guard lock(mutex_);
  lines_.emplace_back(message);
  if (level == LogLevel::kWarning || level == LogLevel::kError) warnings_.emplace_back(message);
  changed_.notify_all();
}

std::vector<std::string> LogLines::warnings() {
  std::lock_guard lock(mutex_);
  return warnings_;
}

std::vector<std::string> LogLines::with(const std::string& text, std::size_t count) {
  std::vector<std::string> found;
  const auto matches = [&] {
    found.clear();
    std::ranges::copy_if(lines_, std::back_inserter(found),
                         [&](const std::string& line) { return line.find(text) != std::string::npos; });
    return found.size() >= count;
  };
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, matches);
  return found;
}

}  // namespace rtmp::test
