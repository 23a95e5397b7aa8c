// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rtmp::test {

struct StructureFree {
  void operator()(GstStructure* structure) const { gst_structure_free(structure); }
};
using StructurePtr = std::unique_ptr<GstStructure, StructureFree>;

/// The "stats" property of an element, which may be a sink.
StructurePtr stats_of(GstElement* element);

/// Each returns a field of the type in its comment. A field that is missing or has another type fails the
/// test.
std::uint64_t number(const GstStructure* structure, const char* field);   // uint64
unsigned small_number(const GstStructure* structure, const char* field);  // uint
std::string text(const GstStructure* structure, const char* field);
bool flag(const GstStructure* structure, const char* field);
double real_number(const GstStructure* structure, const char* field);  // double

/// "name type" of each field.
std::vector<std::string> fields(const GstStructure* structure);

}  // namespace rtmp::test
