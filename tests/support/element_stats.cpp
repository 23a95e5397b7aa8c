// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element_stats.h"

#include <gtest/gtest.h>

namespace rtmp::test {
namespace {

template <class Value>
Value get(const GstStructure* structure, const char* field, GType type, Value (*read)(const GValue*)) {
  const GValue* value = gst_structure_get_value(structure, field);
  if (value && G_VALUE_HOLDS(value, type)) return read(value);
  ADD_FAILURE() << field << " is " << (value ? G_VALUE_TYPE_NAME(value) : "not there");
  return {};
}

}  // namespace

StructurePtr stats_of(GstElement* element) {
  GstStructure* structure = nullptr;
  g_object_get(element, "stats", &structure, nullptr);
  return StructurePtr(structure);
}

std::uint64_t number(const GstStructure* structure, const char* field) {
  return get(structure, field, G_TYPE_UINT64, g_value_get_uint64);
}

unsigned small_number(const GstStructure* structure, const char* field) {
  return get(structure, field, G_TYPE_UINT, g_value_get_uint);
}

std::string text(const GstStructure* structure, const char* field) {
  const char* value = get(structure, field, G_TYPE_STRING, g_value_get_string);
  return value ? value : "(null)";
}

bool flag(const GstStructure* structure, const char* field) {
  return get(structure, field, G_TYPE_BOOLEAN, g_value_get_boolean);
}

double real_number(const GstStructure* structure, const char* field) {
  return get(structure, field, G_TYPE_DOUBLE, g_value_get_double);
}

std::vector<std::string> fields(const GstStructure* structure) {
  std::vector<std::string> all;
  for (int i = 0; i < gst_structure_n_fields(structure); ++i) {
    const char* name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    all.push_back(std::string(name) + " " + g_type_name(gst_structure_get_field_type(structure, name)));
  }
  return all;
}

}  // namespace rtmp::test
