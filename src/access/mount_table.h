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

/// Who publishes where. Thread-safe. Its lock is held for look-ups only, and never while a delegate is called
/// that may block. Who has to wait for a place waits on its own connection.
class MountTable {
 public:
  struct Mount {
    MountSpec spec;
    MountMatch match;
    MountDelegate* delegate;
    std::uint64_t number = 0;                // each has its own
    std::optional<std::uint64_t> guard{};    // the number of the mount whose handler has started this one
    Publisher* publisher = nullptr;          // in place: from an accepted publish() to finish_end()
    std::uint64_t publishers = 0;            // that have ended
    PublishRequest request{};                // that it came with
    Publisher::Clock::time_point entered{};  // when it got its place
    bool replaced = false;                   // and it has been told so
    bool ending = false;                     // its delegate is being told that the publisher's stream is over
    int questions = 0;                       // of those that ask for its place
    std::list<Publisher*> newcomers{};       // that wait
    int callers = 0;                         // threads that use the delegate otherwise
    bool finished = false;                   // its stream is over: it takes no more publishers
    bool released = false;
  };

  Result<void> claim(MountSpec spec, MountDelegate& delegate);
  void finish(MountDelegate& delegate);
  void release(MountDelegate& delegate);

  /// What a client of an application has to do before it may connect.
  struct Admission {
    bool open = false;                     // nothing
    bool enhanced = false;                 // one of the mounts takes Enhanced RTMP
    std::vector<Credentials> credentials;  // it may log in with one of these, and has to if it is not open
  };
  [[nodiscard]] Admission admits(std::string_view application) const;

  /// What a client must know to get on, and whether it does: nobody else's text is the same.
  struct Secret {
    std::string text;
    bool right;
  };
  /// Of the application that a client connects to; nothing where any will do.
  [[nodiscard]] std::optional<Secret> secret_of(std::string_view application) const;
  /// Of what it wants to publish, once it has connected; nothing where any stream key will do.
  [[nodiscard]] std::optional<Secret> secret_of(const PublishRequest& request,
                                                const std::optional<Credentials>& login) const;

  /// What all mounts ask of the port; the defaults where there are none.
  [[nodiscard]] Door door() const;

  struct Answer {
    std::optional<Rejection> rejected;
    Mount* mount;  // if it was not
  };
  /// Decides on a publisher; `login` are the credentials that it has proved to have. Blocks while the
  /// delegate makes up its mind, and for limits::kEntryPatience while one that it replaces ends. The delegate
  /// learns of a rejection.
  Answer publish(const PublishRequest& request, const std::optional<Credentials>& login,
                 Publisher& publisher);
  /// The publisher in place shows that it is alive: who asks for its place is told.
  void shows_life(Mount& mount);
  /// The delegate has room for another publisher.
  void has_room(MountDelegate& delegate);
  /// The publisher's stream is over, and its delegate is told so next: who comes now waits for finish_end().
  void begin_end(Mount& mount);
  /// The delegate has been told; if `finished`, the mount's stream is over too.
  void finish_end(Mount& mount, bool finished);

  /// Tells all delegates.
  void rejected(const PublishRequest& request, Rejection why);

 private:
  [[nodiscard]] Door door_of_all() const;
  Mount* borrow(const PublishRequest& request);
  bool moves_on(Mount*& mount, const PublishRequest& request);

  struct Question;
  struct Step;
  std::optional<Rejection> enter(Mount& mount, const PublishRequest& request, Publisher& publisher);
  static Step step(Mount& mount, const PublishRequest& request, Question& question);
  static Step ask(Mount& mount, Question& question);
  static void stop_asking(Mount& mount, Question& question);
  void leave(Mount& mount);

  /// A publisher's, to its mount.
  struct Way {
    const PublishRequest& request;
    const std::optional<Credentials>& login;
    std::vector<std::uint64_t> passed{};  // mounts whose delegates have let it through
    bool told = false;                    // a door's delegate knows that it has not
  };
  std::optional<Rejection> decide(Mount& mount, Way& way);
  bool asks_delegate(Mount& mount, const PublishRequest& request);
  Mount* borrow_guard(std::uint64_t number);
  [[nodiscard]] std::optional<std::uint64_t> guard_of(const MountSpec& spec) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  struct Asked {
    const Mount* mount;
    const PublishRequest* request;
  };
  std::list<Asked> asked_;  // delegates that make up their minds now
  std::uint64_t claims_ = 0;
  std::list<Mount> mounts_;  // those that say more first; a Mount stays where it is
  Door door_{};              // each connection asks for it
};

}  // namespace rtmp
