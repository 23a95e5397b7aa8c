// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rtmp {

// Bodies of the command messages that a server sends. What clients depend on in them is written beside the
// code: the field's programs are particular here.

using ReplyBody = std::vector<std::uint8_t>;

enum class StatusLevel { kStatus, kError };

/// `enhanced` for a client that speaks Enhanced RTMP v2, which is told what this server takes. Any other gets
/// the classic answer: there are said to be some that fail at a property that they do not know.
ReplyBody connect_result(double transaction, bool enhanced);

/// `description` has at most 255 bytes.
ReplyBody connect_error(double transaction, std::string_view code, std::string_view description);

ReplyBody create_stream_result(double transaction, std::uint32_t stream_id);

/// A _result that says no more than that the call has returned.
ReplyBody empty_result(double transaction);
ReplyBody number_result(double transaction, double value);

/// onStatus and onFCPublish; level, code and description in this order.
ReplyBody on_status(StatusLevel level, std::string_view code, std::string_view description);
ReplyBody on_fc_publish(std::string_view description);

}  // namespace rtmp
