// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

namespace rtmp {

/// What all connections of a port may hold together of messages that have not been handed on. Where it is
/// more, the connection that holds the most is ended. Thread-safe.
class MemoryBudget {
 public:
  /// `connections` tells how many there may be; each has a share, in bytes. One that holds no more than that
  /// is never ended.
  MemoryBudget(std::size_t share, std::function<std::size_t()> connections)
      : share_(share), connections_(std::move(connections)) {}

  /// What one connection holds: nothing at first, and in the end. One thread uses it.
  class Account;

 private:
  struct Holder {
    std::function<void()> end;
    std::size_t bytes = 0;
    bool ended = false;
  };
  void set(Holder& holder, std::size_t bytes);

  const std::size_t share_;
  const std::function<std::size_t()> connections_;
  std::mutex mutex_;  // guards what follows
  std::list<Holder> holders_;
  std::size_t bytes_ = 0;  // of all that have not been ended
};

class MemoryBudget::Account {
 public:
  /// The budget must outlive the account. `end` makes the connection end soon, which must not block: it is
  /// called at most once, by any thread that has an account.
  Account(MemoryBudget& budget, std::function<void()> end);
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  void set(std::size_t bytes) { budget_.set(*holder_, bytes); }

 private:
  MemoryBudget& budget_;
  std::list<Holder>::iterator holder_;
};

}  // namespace rtmp
