// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace rtmp {

/// A name, and the query behind its first question mark.
struct QueriedName {
  std::string name;
  std::string query;
};

QueriedName split_query(std::string_view text);

/// Reads the application of a connect command: "live" and "a=b" of "/live/_definst_/?a=b". Slashes around it,
/// apostrophes (Neko) and the default instance of Flash Media Server are not part of the name.
QueriedName parse_application(std::string_view app);

/// Reads the stream name of a publish command, which is the stream key: "cam/1" and "token=x" of
/// "cam/1?token=x".
QueriedName parse_stream_key(std::string_view name);

}  // namespace rtmp
