// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mount_match.h"
#include "publisher.h"
#include "rtmp/mount.h"

namespace rtmp {

/// The mounts of a server, and the publishers in place. Any thread may call any function. The lock is held
/// for look-ups only, and never while a delegate is called that may block. A publisher that has to wait for a
/// place waits in its own thread.
class MountTable {
 public:
  struct Mount {
    MountSpec spec;
    MountMatch match;
    MountDelegate* delegate;
    std::uint64_t number = 0;                // a different one for each mount
    std::optional<std::uint64_t> guard{};    // the number of the mount whose handler has started this one
    Publisher* publisher = nullptr;          // in place: from an accepted publish() to finish_end()
    std::uint64_t publishers = 0;            // how many have ended
    PublishRequest request{};                // the request of the publisher in place
    Publisher::Clock::time_point entered{};  // when the publisher in place got its place
    bool replaced = false;                   // the publisher in place was told that it is replaced
    bool ending = false;                     // the delegate is being told that the publisher's stream is over
    int questions = 0;                       // how many newcomers ask for the place
    std::list<Publisher*> newcomers{};       // the newcomers that wait
    int callers = 0;                         // how many threads use the delegate otherwise
    bool finished = false;                   // the stream is over; the mount takes no more publishers
    bool released = false;
  };

  Result<void> claim(MountSpec spec, MountDelegate& delegate);
  void finish(MountDelegate& delegate);
  void release(MountDelegate& delegate);
  /// Ends the publisher in place, for that reason. Returns whether there is one that is not ending yet.
  bool dismiss(MountDelegate& delegate, ErrorCode why);

  void set_accepting(MountDelegate& delegate, Accepting accepting);
  /// Returns the owner of the oldest mount. "" without mounts.
  [[nodiscard]] std::string owner() const;
  /// Returns whether the port should be open: some mount wants that, or there is none.
  [[nodiscard]] bool wants_port() const;
  /// Asks the publisher in place to reconnect. Returns whether there is one that is not ending yet.
  bool request_reconnect(MountDelegate& delegate, const std::string& url);

  /// What a client must do before it may connect to an application.
  struct Admission {
    bool open = false;                     // the client need not log in
    bool enhanced = false;                 // one of the mounts takes Enhanced RTMP
    std::vector<Credentials> credentials;  // the client may log in with one of these, and must if not `open`
  };
  [[nodiscard]] Admission admits(std::string_view application) const;

  /// A text that a client must know to publish, and whether it is right. The text of each secret is unique.
  struct Secret {
    std::string text;
    bool right;
  };
  /// Returns the secret in the application that a client connects to. Returns nothing if any application will
  /// do.
  [[nodiscard]] std::optional<Secret> secret_of(std::string_view application) const;
  /// Returns the secret in what a connected client wants to publish. Returns nothing if any stream key will
  /// do.
  [[nodiscard]] std::optional<Secret> secret_of(const PublishRequest& request,
                                                const std::optional<Credentials>& login) const;

  /// Returns the limits that all mounts together want for the port. Without mounts, they are the defaults.
  [[nodiscard]] Door door() const;

  struct Answer {
    std::optional<Rejection> rejected;
    Mount* mount;  // the mount that the publisher has got, if it was not rejected
  };
  /// Decides on a publisher. `login` are the credentials that it has proved to have. Blocks while the
  /// delegate decides, and for limits::kEntryPatience at most while a publisher that it replaces ends. The
  /// delegate is told of a rejection.
  Answer publish(const PublishRequest& request, const std::optional<Credentials>& login,
                 Publisher& publisher);
  /// The publisher in place shows that it is alive. Newcomers that ask for its place learn of it.
  void shows_life(Mount& mount);
  /// The delegate has room for another publisher.
  void has_room(MountDelegate& delegate);
  /// The stream of the publisher in place is over, and the delegate is about to be told. Newcomers wait for
  /// finish_end() from now on.
  void begin_end(Mount& mount);
  /// The delegate was told. If `finished`, the mount takes no more publishers.
  void finish_end(Mount& mount, bool finished);

  // These two tell all delegates.

  void rejected(const PublishRequest& request, Rejection why);
  void warned(const Error& what);

 private:
  [[nodiscard]] Door door_of_all() const;
  template <class Tell>
  void tell_all(Tell tell);
  Mount* borrow(const PublishRequest& request);
  bool moves_on(Mount*& mount, const PublishRequest& request);

  struct Question;
  struct Step;
  std::optional<Rejection> enter(Mount& mount, const PublishRequest& request, Publisher& publisher);
  static Step step(Mount& mount, const PublishRequest& request, Question& question);
  static Step ask(Mount& mount, Question& question);
  static void stop_asking(Mount& mount, Question& question);
  void leave(Mount& mount);

  /// The way of a publisher to its mount.
  struct Way {
    const PublishRequest& request;
    const std::optional<Credentials>& login;
    const Publisher& publisher;
    std::vector<std::uint64_t> passed{};  // the mounts whose delegates have allowed it
    bool told = false;                    // the delegate of a guard was told that it was rejected
  };
  std::optional<Rejection> decide(Mount& mount, Way& way);
  [[nodiscard]] Mount* with_publisher(const MountDelegate& delegate);
  [[nodiscard]] bool accepts(const Mount& mount) const;
  bool asks_delegate(Mount& mount, const PublishRequest& request);
  Mount* borrow_guard(std::uint64_t number);
  [[nodiscard]] std::optional<std::uint64_t> guard_of(const MountSpec& spec) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  struct Asked {
    const Mount* mount;
    const PublishRequest* request;
  };
  std::list<Asked> asked_;  // the delegates that decide now
  std::uint64_t claims_ = 0;
  std::list<Mount> mounts_;  // the most specific is first; a Mount keeps its address
  Door door_{};              // kept because each connection asks for it
};

}  // namespace rtmp
