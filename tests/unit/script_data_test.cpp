// SPDX-License-Identifier: LGPL-2.1-or-later
#include "script_data.h"

#include <gtest/gtest.h>

#include "wire.h"

namespace rtmp::test {
namespace {

const Bytes kSetDataFrame = wire("02 000D'@setDataFrame'");
const Bytes kOnMetaData = wire("02 000A'onMetaData'");
const Bytes kFields = wire("08 00000001 0005'width' 00 4094000000000000 000009");
const Bytes kNumber = wire("00 3FF0000000000000");

TEST(ScriptData, BecomesATagFromItsEventsNameOn) {
  const struct {
    const char* name;
    Bytes body;
    std::size_t strip;
    TagKind kind;
  } cases[] = {
      {"onMetaData in @setDataFrame", join({kSetDataFrame, kOnMetaData, kFields}), 16, TagKind::kMetadata},
      {"onMetaData alone", join({kOnMetaData, kFields}), 0, TagKind::kMetadata},
      {"onMetaData without fields", kOnMetaData, 0, TagKind::kMetadata},
      {"onTextData", join({wire("02 000A'onTextData'"), kFields}), 0, TagKind::kOther},
      {"onCuePoint in @setDataFrame", join({kSetDataFrame, wire("02 000A'onCuePoint'"), kFields}), 16,
       TagKind::kOther},
      {"onFI", join({wire("02 0004'onFI'"), kFields}), 0, TagKind::kOther},
      {"an event with an empty name", wire("02 0000 05"), 0, TagKind::kOther},
      {"an empty name and nothing behind it", wire("02 0000"), 0, TagKind::kOther},
      {"another case of letters", wire("02 000A'onMetadata'"), 0, TagKind::kOther},
      {"two numbers in front", join({kNumber, kNumber, kSetDataFrame, kOnMetaData, kFields}), 34,
       TagKind::kMetadata},
      {"a number in front of onMetaData", join({kNumber, kOnMetaData, kFields}), 9, TagKind::kMetadata},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto script = inspect_script_data(c.body);
    ASSERT_TRUE(script);
    EXPECT_EQ(script->strip, c.strip);
    EXPECT_EQ(script->kind, c.kind);
  }
}

TEST(ScriptData, IsNotWhatHasNoNameOrSpeaksToTheServer) {
  const struct {
    const char* name;
    Bytes body;
  } cases[] = {
      {"nothing", {}},
      {"|RtmpSampleAccess", wire("02 0011'|RtmpSampleAccess' 01 01 01 01")},
      {"|RtmpSampleAccess in @setDataFrame", join({kSetDataFrame, wire("02 0011'|RtmpSampleAccess' 01 01")})},
      {"@clearDataFrame", wire("02 000F'@clearDataFrame' 02 000A'onMetaData'")},
      {"FFmpeg's timecode of 4 bytes", wire("00 00000028")},
      {"a number alone", kNumber},
      {"numbers alone", join({kNumber, kNumber})},
      {"an object", wire("03 000009")},
      {"@setDataFrame alone", kSetDataFrame},
      {"@setDataFrame with a number", join({kSetDataFrame, kNumber})},
      {"a name cut short", wire("02 000A'onMetaDat'")},
      {"a name cut short in @setDataFrame", join({kSetDataFrame, wire("02 000A'onMetaDat'")})},
      {"a marker alone", wire("02")},
      {"half a length", wire("02 00")},
      {"half a length in @setDataFrame", join({kSetDataFrame, wire("02 00")})},
  };
  for (const auto& c : cases) EXPECT_FALSE(inspect_script_data(c.body)) << c.name;
}

}  // namespace
}  // namespace rtmp::test
