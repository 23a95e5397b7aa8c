// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text.h"

#include <algorithm>

namespace rtmp {
namespace {

constexpr std::size_t kLongestInLog = 128;

}  // namespace

std::string printable(std::string_view name) {
  std::string text(name.substr(0, kLongestInLog));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '.');
  if (name.size() > kLongestInLog) text += "...";
  return text;
}

std::string masked(std::string_view secret) {
  if (secret.empty()) return "(empty)";
  return printable(secret.substr(0, secret.size() > 4 ? 2 : 0)) + "***";
}

}  // namespace rtmp
