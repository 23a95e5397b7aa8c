// SPDX-License-Identifier: LGPL-2.1-or-later
#include "script_data.h"

#include <string_view>

#include "endian.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kAmfNumber = 0;
constexpr std::uint8_t kAmfString = 2;
constexpr std::size_t kNumberSize = 9;
constexpr std::size_t kStringHeader = 3;

// 02 nn nn  name
std::optional<std::string_view> leading_string(std::span<const std::uint8_t> body) {
  if (body.size() < kStringHeader || body[0] != kAmfString) return std::nullopt;
  const std::size_t length = load_be16(&body[1]);
  if (kStringHeader + length > body.size()) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(body.subspan(kStringHeader).data()), length);
}

}  // namespace

std::optional<ScriptData> inspect_script_data(std::span<const std::uint8_t> body) {
  std::size_t strip = 0;
  // Some encoders put two numbers before the name.
  while (body.size() - strip > kNumberSize && body[strip] == kAmfNumber) strip += kNumberSize;

  auto name = leading_string(body.subspan(strip));
  if (name == "@setDataFrame") {
    strip += kStringHeader + name->size();
    name = leading_string(body.subspan(strip));
  }
  if (!name || name == "@clearDataFrame" || name == "|RtmpSampleAccess") return std::nullopt;
  return ScriptData{strip, name == "onMetaData" ? TagKind::kMetadata : TagKind::kOther};
}

}  // namespace rtmp
