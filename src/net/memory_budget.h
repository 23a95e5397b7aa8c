// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

namespace rtmp {

/// Limits what all connections of a port together hold of messages that have not been handed on. Beyond the
/// limit, the connection that holds the most is ended. Any thread may call any function.
class MemoryBudget {
 public:
  /// The limit is `share` bytes for each of the connections that there may be, which `connections` returns. A
  /// connection that holds no more than its share is never ended.
  MemoryBudget(std::size_t share, std::function<std::size_t()> connections)
      : share_(share), connections_(std::move(connections)) {}

  /// What one connection holds, at first nothing. One thread uses it.
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
  std::size_t bytes_ = 0;  // held by all that have not been ended
};

class MemoryBudget::Account {
 public:
  /// The budget must outlive the account. `end` makes the connection end soon, and must not block. It is
  /// called once at most, by any thread that has an account.
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
