// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: the values of one message.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "amf0_reader.h"
#include "amf0_writer.h"
#include "require.h"
#include "rtmp/limits.h"

namespace rtmp::fuzz {
namespace {

struct Total {
  std::size_t values = 0;
  std::size_t text = 0;
};

// `depth` is the number of containers around the value.
void count(const AmfValue& value, int depth, Total& total) {
  require(depth <= limits::kMaxAmfDepth, "values are nested no deeper than the limit");
  ++total.values;
  total.text += value.as_string().size();
  for (const auto& [name, property] : value.properties()) {
    total.text += name.size();
    count(property, depth + 1, total);
    require(value.find(name) != nullptr, "a property is found by its name");
  }
  for (const AmfValue& element : value.elements()) count(element, depth + 1, total);
}

// By its bytes: a number that is none does not equal itself.
void check_rewritten(const AmfValue& value) {
  AmfWriter once;
  once.write(value);
  AmfReader reader(once.bytes());
  const auto again = reader.read();
  require(again.has_value() && reader.at_end(), "a written value reads as one");
  AmfWriter twice;
  twice.write(*again);
  require(std::ranges::equal(once.bytes(), twice.bytes()), "a written value reads as it was");
}

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmp;
  AmfReader reader({data, size});
  fuzz::Total total;
  std::size_t reads = 0;
  while (!reader.at_end()) {
    const auto value = reader.read();
    fuzz::require(++reads <= size, "each read gets on");
    if (!value) {
      fuzz::require(value.error().code == ErrorCode::kBadAmf, "what cannot be read is bad AMF");
      fuzz::require(reader.at_end(), "nothing is read behind it");
      break;
    }
    fuzz::count(*value, 0, total);
    fuzz::check_rewritten(*value);
  }
  fuzz::require(total.values <= limits::kMaxAmfValues, "a message has no more values than the limit");
  fuzz::require(total.text <= size, "strings are made of what was sent");
  return 0;
}
