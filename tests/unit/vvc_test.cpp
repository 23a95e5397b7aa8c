// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/vvc.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "bit_writer.h"
#include "picture.h"
#include "wire.h"

namespace rtmp::test {
namespace {

// A sequence parameter set of Main 10 at level 3.1, 320x240.
struct Sps {
  unsigned header = 0x0079;
  unsigned sub_layers = 1;
  unsigned levels = 0;  // of sub-layers but the last, a bit each
  unsigned chroma = 1;
  bool has_profile = true;
  bool constrained = false;
  unsigned sub_profiles = 0;
  std::uint64_t width = 320, height = 240;
  std::vector<std::uint64_t> window = {};
};

Bytes nal(const Sps& s) {
  BitWriter bits;
  bits.u(16, s.header).u(8, 0).u(3, s.sub_layers - 1).u(2, s.chroma).u(2, 2).flag(s.has_profile);
  if (s.has_profile) {
    bits.u(7, 1).flag(true).u(8, 51).u(2, 2).flag(s.constrained);
    if (s.constrained) bits.u(64, 0).u(7, 0).u(8, 11).u(11, 0);
    bits.align();
    const int below = static_cast<int>(s.sub_layers) - 1;
    bits.u(below, s.levels).align();
    for (int i = 0; i < below; ++i) {
      if ((s.levels >> i & 1) != 0) bits.u(8, 35);
    }
    bits.u(8, s.sub_profiles);
    for (unsigned i = 0; i < s.sub_profiles; ++i) bits.u(32, 0x00000001);
  }
  bits.flag(true).flag(true).flag(false).ue(s.width).ue(s.height).flag(!s.window.empty());
  for (const std::uint64_t offset : s.window) bits.ue(offset);
  return bits.flag(false).ue(2).nal();
}

constexpr VvcProfile kProfile{.profile = 1, .high_tier = true, .level = 51};

using Arrays = std::vector<std::pair<unsigned, std::vector<Bytes>>>;
constexpr unsigned kOpi = 12, kDci = 13, kVps = 14, kSps = 15;

Bytes with_arrays(const Bytes& begin, const Arrays& arrays) {
  Bytes bytes = join({begin, {static_cast<std::uint8_t>(arrays.size())}});
  for (const auto& [type, units] : arrays) {
    bytes.push_back(static_cast<std::uint8_t>(0x80 | type));
    if (type != kOpi && type != kDci) bytes = join({bytes, {0, static_cast<std::uint8_t>(units.size())}});
    for (const Bytes& unit : units) bytes = join({bytes, {0, static_cast<std::uint8_t>(unit.size())}, unit});
  }
  return bytes;
}

// 4:2:2, 10 bits, Main 10 at level 4.0 in the main tier, no constraints, 1920x1080.
const Bytes kWithProfile = wire("FF 0012 5F 01 02 40 00 00 0780 0438 0000");
const Bytes kWithoutProfile = wire("FE");

TEST(VvcConfig, HasWhatTheRecordSays) {
  const auto config = read_vvc_config(with_arrays(kWithProfile, {}));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->nal_length_size, 4);
  EXPECT_FALSE(config->has_sps);
  EXPECT_EQ(config->profile, (VvcProfile{.profile = 1, .high_tier = false, .level = 64}));
  EXPECT_EQ(config->chroma, ChromaFormat::k422);
  EXPECT_EQ(config->bit_depth, 10);
  EXPECT_EQ(config->size, (VideoSize{1920, 1080}));
}

TEST(VvcConfig, HasTheSizeOfTheFirstSequenceParameterSet) {
  const Bytes sps = nal({}), other = nal({.width = 64, .height = 64});
  const auto config =
      read_vvc_config(with_arrays(kWithProfile, {{kVps, {wire("0071 00")}}, {kSps, {sps, other}}}));
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->has_sps);
  EXPECT_EQ(config->size, (VideoSize{320, 240}));
  EXPECT_EQ(config->chroma, ChromaFormat::k420);
  EXPECT_EQ(config->profile->level, 64);  // of the record
}

TEST(VvcConfig, HasTheProfileOfTheSequenceParameterSetWhereTheRecordHasNone) {
  const auto config = read_vvc_config(with_arrays(kWithoutProfile, {{kSps, {nal({})}}}));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->profile, kProfile);
  EXPECT_EQ(config->size, (VideoSize{320, 240}));
  EXPECT_EQ(config->bit_depth, std::nullopt);
  const auto none = read_vvc_config(with_arrays(kWithoutProfile, {{kSps, {nal({.has_profile = false})}}}));
  EXPECT_EQ(none->profile, std::nullopt);
  EXPECT_EQ(none->size, (VideoSize{320, 240}));
}

TEST(VvcConfig, HasUnitsOfWhichThereIsOneWithoutACount) {
  const Arrays arrays = {{kOpi, {wire("0061 80")}}, {kDci, {wire("0069 80")}}, {kSps, {nal({})}}};
  EXPECT_EQ(read_vvc_config(with_arrays(kWithoutProfile, arrays))->size, (VideoSize{320, 240}));
}

TEST(VvcConfig, MayHaveTheHeaderOfItsBoxInFront) {
  const Bytes record = with_arrays(kWithProfile, {{kSps, {nal({})}}});
  EXPECT_EQ(read_vvc_config(join({wire("00000000"), record})), read_vvc_config(record));
  EXPECT_FALSE(read_vvc_config(join({wire("00000001"), record})));
}

TEST(VvcConfig, IsReadBehindConstraintsSubLayersAndSubProfiles) {
  // 9 bytes of constraints; of three sub-layers two have levels; two sub-profiles.
  const Bytes begin = join({wire("FF 0031 5F 09 02 40"), Bytes(9, 0xAA), wire("C0 10 20 02"), Bytes(8, 0xBB),
                            wire("0140 00F0 0000")});
  const Bytes record = with_arrays(begin, {{kSps, {nal({.width = 64})}}});
  const auto config = read_vvc_config(record);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->profile->level, 64);
  EXPECT_EQ(config->size, (VideoSize{64, 240}));
  EXPECT_EQ(read_vvc_config(with_arrays(begin, {}))->size, (VideoSize{320, 240}));
}

TEST(VvcConfig, HasWhatIsWholeWhereItIsCutShort) {
  for (const Bytes& begin : {kWithProfile, kWithoutProfile}) {
    const Bytes whole = with_arrays(begin, {{kVps, {wire("0071 00")}}, {kSps, {nal({})}}});
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const auto config = read_vvc_config(cut(whole, size));
      ASSERT_EQ(config.has_value(), size > begin.size()) << size;
      if (!config) continue;
      EXPECT_EQ(config->has_sps, size == whole.size()) << size;
    }
  }
}

TEST(VvcConfig, HasLengthsOfOneTwoOrFourBytes) {
  EXPECT_EQ(read_vvc_config(wire("F8 00"))->nal_length_size, 1);
  EXPECT_EQ(read_vvc_config(wire("FA 00"))->nal_length_size, 2);
  EXPECT_FALSE(read_vvc_config(wire("FC 00")));
  EXPECT_EQ(read_vvc_config(wire("FE 00"))->nal_length_size, 4);
  EXPECT_FALSE(read_vvc_config(wire("7E 00")));  // other reserved bits
}

std::optional<VideoSize> size_of(const Sps& sps) {
  return read_vvc_config(with_arrays(kWithoutProfile, {{kSps, {nal(sps)}}}))->size;
}

TEST(VvcSps, IsReadBehindItsProfile) {
  for (unsigned sub_layers = 1; sub_layers <= 7; ++sub_layers) {
    for (const unsigned levels : {0x00u, 0x3Fu, 0x15u}) {
      const unsigned used = levels & ((1u << (sub_layers - 1)) - 1);
      for (const bool constrained : {false, true}) {
        const Sps sps{
            .sub_layers = sub_layers, .levels = used, .constrained = constrained, .sub_profiles = 3};
        EXPECT_EQ(size_of(sps), (VideoSize{320, 240})) << sub_layers << ", " << used << ", " << constrained;
      }
    }
  }
  EXPECT_EQ(size_of({.has_profile = false}), (VideoSize{320, 240}));
}

TEST(VvcSps, CountsItsWindowInUnitsOfItsChroma) {
  EXPECT_EQ(size_of({.window = {1, 2, 3, 4}}), (VideoSize{314, 226}));
  EXPECT_EQ(size_of({.chroma = 3, .window = {1, 2, 3, 4}}), (VideoSize{317, 233}));
}

TEST(VvcSps, HasNoSizeWhereItIsOutOfBounds) {
  EXPECT_FALSE(size_of({.width = 65536}));
  EXPECT_FALSE(size_of({.height = 0}));
  EXPECT_FALSE(size_of({.window = {100, 60, 0, 0}}));
  EXPECT_FALSE(size_of({.sub_layers = 8}));
  EXPECT_FALSE(size_of({.header = 0x0071}));  // another NAL unit
  EXPECT_FALSE(size_of({.header = 0x0179}));  // another layer
}

}  // namespace
}  // namespace rtmp::test
