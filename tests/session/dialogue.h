// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "scripted_peer.h"

namespace rtmp::test {

/// What a script must cause. The lines are those of describe().
struct Expected {
  Lines replies;
  Lines events;
  ErrorCode end = ErrorCode::kEndOfStream;
};

/// Runs the script as a client that waits where it says so, as one that sends everything at once, and byte by
/// byte. It expects the same of all three. The client that waits must get what it waits for. All replies must
/// have the form that real clients need.
void expect_dialogue(const Script& script, const Expected& expected, const Surroundings& surroundings = {});

/// The same three runs, for other checks.
void for_each_delivery(const Script& script, const Surroundings& surroundings,
                       const std::function<void(const Outcome&)>& check);

/// Expects that all replies have the form that real clients need.
void check_replies(const Outcome& outcome);

/// Returns whether a terminal and GLib can take a text: ASCII without control characters.
bool is_printable(std::string_view text);

/// Scripts that have come this far: connected to application "live", and publishing "key" there on stream 1.
Script connected();
Script publishing();

/// What these scripts cause, and then `rest`. The transaction is that of connect.
Lines after_connect(const Lines& rest, const std::string& transaction = "1");
Lines after_publish(const Lines& rest);
Lines events_after_publish(const Lines& rest);

}  // namespace rtmp::test
