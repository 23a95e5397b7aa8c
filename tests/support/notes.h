// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "media_fixture.h"
#include "rtmp/server.h"

namespace rtmp::test {

/// Holds up threads for a test. It is open at first.
class Gate {
 public:
  void close();
  void open();
  /// Blocks until this many threads have been held up since it was closed. Returns false after some seconds.
  bool holds(std::size_t count = 1);

  /// Blocks until the gate is open. Gives up after a long time, so that a test that has failed ends.
  void pass();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::size_t held_ = 0;
};

/// Records the calls for one mount. Every wait gives up after some seconds, and the expectation after it
/// fails.
class Notes final : public MountDelegate {
 public:
  // What the delegate does. To be set before a client publishes.
  std::function<bool(const PublishRequest&)> allow = [](const PublishRequest&) { return true; };
  std::atomic<bool> takes_another = true;  // the answer of publish_ended()
  Gate at_allows;
  Gate at_begin;
  Gate at_tag;
  Gate at_end;

  bool allows(const PublishRequest& request) override;
  void publish_started(const PublishRequest& request) override;
  void tag(Tag&& tag) override;
  void flush() override {}
  bool publish_ended(EndReason reason) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void warned(const Error& what) override;

  /// Blocks until there are this many, and returns the reasons for which publishers ended. The next two are
  /// alike.
  std::vector<EndReason> ends(std::size_t count);
  std::vector<std::string> tags(std::size_t count);
  std::vector<Rejection> rejections(std::size_t count);
  std::vector<std::string> warnings(std::size_t count);
  std::vector<PublishRequest> rejected_requests();
  std::vector<PublishRequest> requests();

  /// All calls from publish_started() to publish_ended() in order, with the key and query of the publisher:
  /// "key?q begins", "3 tags", "ended: closed".
  std::vector<std::string> story();

 private:
  template <class T>
  std::vector<T> wait_for(const std::vector<T>& list, std::size_t count);
  void tell_of_tags();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PublishRequest> requests_;
  std::vector<std::string> tags_;
  std::vector<EndReason> ends_;
  std::vector<Rejection> rejections_;
  std::vector<std::string> warnings_;
  std::vector<PublishRequest> rejected_;
  std::vector<std::string> story_;
  std::size_t tags_told_ = 0;
};

/// The tags that these messages must become.
std::vector<std::string> tags_of(const std::vector<Sent>& sent);

/// Records log messages: warnings, errors, and messages about connections.
class LogLines final : public Logger {
 public:
  [[nodiscard]] bool enabled(LogLevel level) const override { return level < LogLevel::kDebug; }
  void log(LogLevel level, std::string_view message) override;

  /// Blocks until there are this many lines that contain all of the texts, and returns them.
  std::vector<std::string> with(const std::string& text, std::size_t count);
  std::vector<std::string> all() { return with("", 0); }
  /// The warnings and errors among them.
  std::vector<std::string> warnings();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<std::string> warnings_;
};

}  // namespace rtmp::test
