// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rtmp {

// The bodies of the command messages that a server sends. Clients depend on details of them. The comments
// beside the code say which clients, and on what.

using ReplyBody = std::vector<std::uint8_t>;

enum class StatusLevel { kStatus, kError };

/// `enhanced` is for a client that speaks Enhanced RTMP v2, which is told what this server takes. Other
/// clients get the classic answer, because some are said to fail at a property that they do not know.
ReplyBody connect_result(double transaction, bool enhanced);

/// `description` has at most 255 bytes.
ReplyBody connect_error(double transaction, std::string_view code, std::string_view description);

ReplyBody create_stream_result(double transaction, std::uint32_t stream_id);

/// A _result that only says that the call has returned.
ReplyBody empty_result(double transaction);
ReplyBody number_result(double transaction, double value);

/// onStatus and onFCPublish have level, code and description, in this order.
ReplyBody on_status(StatusLevel level, std::string_view code, std::string_view description);
/// Asks a client of Enhanced RTMP v2 to connect to `tc_url`, or again to where it is if that is empty.
ReplyBody reconnect_request(std::string_view description, std::string_view tc_url);
ReplyBody on_fc_publish(std::string_view description);

}  // namespace rtmp
