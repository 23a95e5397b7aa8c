// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/metadata.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <variant>

#include "rtmp/limits.h"
#include "wire.h"

namespace rtmp {

void PrintTo(const MetadataField& field, std::ostream* out) {
  *out << "'" << field.name << "': ";
  std::visit([out](const auto& value) { *out << value; }, field.value);
}

namespace test {
namespace {

using namespace std::string_literals;

Tag script_tag(const Bytes& body, TagKind kind = TagKind::kMetadata) {
  Block block(body.size());
  std::ranges::copy(body, block.body().begin());
  return Tag::script(kind, 0, std::move(block));
}

const Bytes kOnMetaData = wire("02 000A'onMetaData'");

Metadata read(const Bytes& values) { return read_metadata(script_tag(join({kOnMetaData, values}))); }

TEST(Metadata, IsWhatIsInAnObjectOrAnEcmaArray) {
  const Bytes fields =
      wire("0005'width' 00 409E000000000000 0006'stereo' 01 01 0007'encoder' 02 000D'Lavf59.27.100' 000009");
  const Metadata expected = {{"width", 1920.0}, {"stereo", true}, {"encoder", "Lavf59.27.100"}};
  EXPECT_EQ(read(join({wire("03"), fields})), expected);
  EXPECT_EQ(read(join({wire("08 00000003"), fields})), expected);
  EXPECT_EQ(read(join({wire("08 FFFFFFFF"), fields})), expected);  // the count is a hint
  EXPECT_EQ(read(join({wire("10 0003'abc'"), fields})), expected);
}

TEST(Metadata, HoldsEveryScalarInOrder) {
  EXPECT_EQ(
      read(wire("03 0001'z' 00 BFF8000000000000 0001'a' 01 00 0001'z' 0C 00000001'x'"
                "0001'd' 0B 4270000000000000 0000 0000 02 0000 0001'X' 0F 00000003'<a>' 000009")),
      (Metadata{{"z", -1.5}, {"a", false}, {"z", "x"}, {"d", 1099511627776.0}, {"", ""}, {"X", "<a>"}}));
}

TEST(Metadata, LeavesOutWhatIsNoScalar) {
  EXPECT_EQ(read(wire("03 0001'a' 03 0005'inner' 00 3FF0000000000000 000009 0001'b' 0A 00000001 01 01"
                      "0001'c' 08 00000000 0005'inner' 01 01 000009 0001'd' 05 0001'e' 06 0001'f' 07 0001"
                      "0001'g' 11 04 01 0001'h' 01 01 000009")),
            (Metadata{{"h", true}}));
}

TEST(Metadata, HasStringsOfAnyBytes) {
  EXPECT_EQ(read(wire("03 0003 'a'00 FF 02 0004 00 C0 'b' 0A 000009")), (Metadata{{"a\0\xFF"s,
                                                                                   "\0\xC0"
                                                                                   "b\n"s}}));
}

TEST(Metadata, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(read({}), Metadata());
  EXPECT_EQ(read(wire("03 000009")), Metadata());
  EXPECT_EQ(read(wire("08 00000000")), Metadata());
  EXPECT_EQ(read(wire("02 0001'a'")), Metadata());
  EXPECT_EQ(read(wire("0A 00000001 01 01")), Metadata());
  EXPECT_EQ(read(wire("05")), Metadata());
}

TEST(Metadata, IsOfNoOtherTag) {
  const Bytes body = join({kOnMetaData, wire("03 0001'a' 01 01 000009")});
  EXPECT_EQ(read_metadata(script_tag(body)).size(), 1u);
  for (const TagKind kind : {TagKind::kOther, TagKind::kSequenceHeader, TagKind::kKeyFrame,
                             TagKind::kInterFrame, TagKind::kAudioFrame, TagKind::kEndOfSequence})
    EXPECT_EQ(read_metadata(script_tag(body, kind)), Metadata());
}

TEST(Metadata, IsEmptyWhereItCannotBeDecoded) {
  const Bytes fields = wire("0001'a' 01 01");
  const Bytes end = wire("000009");
  EXPECT_EQ(read(join({wire("03"), fields, wire("0001'b' 12"), end})), Metadata());  // no such marker
  const auto depth = static_cast<std::size_t>(limits::kMaxAmfDepth);
  const auto nested = [&](std::size_t levels) {
    return read(join({wire("03"), fields, repeat(wire("0001'b' 03"), levels), repeat(end, levels + 1)}));
  };
  EXPECT_EQ(nested(depth - 1).size(), 1u);
  EXPECT_EQ(nested(depth), Metadata());
  const auto many = [&](std::size_t values) { return read(join({wire("03"), repeat(fields, values), end})); };
  EXPECT_EQ(many(limits::kMaxAmfValues - 2).size(), limits::kMaxAmfValues - 2);  // the name, the object
  EXPECT_EQ(many(limits::kMaxAmfValues - 1), Metadata());
}

TEST(Metadata, IsNotReadWhereItIsTooLong) {
  const Bytes field = wire("03 0001'a' 01 01 000009");
  const std::size_t room = limits::kMaxMetadata - kOnMetaData.size() - field.size();
  EXPECT_EQ(read(join({field, Bytes(room)})), (Metadata{{"a", true}}));
  EXPECT_EQ(read(join({field, Bytes(room + 1)})), Metadata());
}

TEST(Metadata, MayBeCutShortAnywhere) {
  // As FFmpeg 5.1 sent it.
  const Bytes body = wire(
      "02 000A'onMetaData' 08 0000000D"
      "0008'duration' 00 0000000000000000 "
      "0005'width' 00 4074000000000000 "
      "0006'height' 00 406E000000000000 "
      "000D'videodatarate' 00 0000000000000000 "
      "0009'framerate' 00 4039000000000000 "
      "000C'videocodecid' 00 401C000000000000 "
      "000D'audiodatarate' 00 0000000000000000 "
      "000F'audiosamplerate' 00 40E7700000000000 "
      "000F'audiosamplesize' 00 4030000000000000 "
      "0006'stereo' 01 01 "
      "000C'audiocodecid' 00 4024000000000000 "
      "0007'encoder' 02 000D'Lavf59.27.100' "
      "0008'filesize' 00 0000000000000000 "
      "000009");
  const Metadata whole = read_metadata(script_tag(body));
  EXPECT_EQ(whole, (Metadata{
                       {"duration", 0.0},
                       {"width", 320.0},
                       {"height", 240.0},
                       {"videodatarate", 0.0},
                       {"framerate", 25.0},
                       {"videocodecid", 7.0},
                       {"audiodatarate", 0.0},
                       {"audiosamplerate", 48000.0},
                       {"audiosamplesize", 16.0},
                       {"stereo", true},
                       {"audiocodecid", 10.0},
                       {"encoder", "Lavf59.27.100"},
                       {"filesize", 0.0},
                   }));
  for (std::size_t size = 0; size < body.size(); ++size) {
    // Between two fields the end marker may be missing: some encoders leave it out.
    const Metadata read = read_metadata(script_tag(cut(body, size)));
    ASSERT_LE(read.size(), whole.size());
    EXPECT_TRUE(std::equal(read.begin(), read.end(), whole.begin())) << size;
  }
}

}  // namespace
}  // namespace test
}  // namespace rtmp
