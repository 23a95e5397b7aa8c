// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_name.h"

#include <algorithm>

namespace rtmp {
namespace {

void trim(std::string& text, std::string_view characters) {
  text.erase(0, std::min(text.find_first_not_of(characters), text.size()));
  text.erase(text.find_last_not_of(characters) + 1);
}

}  // namespace

QueriedName split_query(std::string_view text) {
  const std::size_t mark = text.find('?');
  if (mark == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, mark)), std::string(text.substr(mark + 1))};
}

QueriedName parse_application(std::string_view app) {
  constexpr std::string_view kAround = "/'";
  constexpr std::string_view kDefaultInstance = "/_definst_";
  QueriedName parsed = split_query(app);
  trim(parsed.name, kAround);
  if (parsed.name.ends_with(kDefaultInstance)) {
    parsed.name.erase(parsed.name.size() - kDefaultInstance.size());
    trim(parsed.name, kAround);
  }
  return parsed;
}

QueriedName parse_stream_key(std::string_view name) {
  QueriedName parsed = split_query(name);
  trim(parsed.name, "/'");
  return parsed;
}

}  // namespace rtmp
