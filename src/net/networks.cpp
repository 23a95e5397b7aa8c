// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/networks.h"

#include <gio/gio.h>

#include <algorithm>

#include "glib_ptr.h"

namespace rtmp {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

}  // namespace

Result<Networks> Networks::parse(std::string_view text) {
  Networks networks;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::string name(trimmed(part));
    if (name.empty()) continue;
    GError* error = nullptr;
    GInetAddressMask* mask = g_inet_address_mask_new_from_string(name.c_str(), &error);
    if (!mask) {
      const GErrorPtr owned(error);
      return Error{ErrorCode::kBadNetwork, "'" + name + "': " + error->message};
    }
    networks.masks_.emplace_back(mask, GObjectUnref());
  }
  return networks;
}

bool Networks::contain(const std::string& address) const {
  if (masks_.empty()) return false;
  const GObjectPtr<GInetAddress> parsed(g_inet_address_new_from_string(address.c_str()));
  return parsed && std::ranges::any_of(masks_, [&](const auto& mask) {
           return g_inet_address_mask_matches(mask.get(), parsed.get());
         });
}

bool operator==(const Networks& a, const Networks& b) {
  const auto has_all_of = [](const Networks& some, const Networks& others) {
    return std::ranges::all_of(others.masks_, [&](const auto& other) {
      return std::ranges::any_of(
          some.masks_, [&](const auto& mask) { return g_inet_address_mask_equal(mask.get(), other.get()); });
    });
  };
  return has_all_of(a, b) && has_all_of(b, a);
}

}  // namespace rtmp
