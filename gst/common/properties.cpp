// SPDX-License-Identifier: LGPL-2.1-or-later
#include "properties.h"

#include "property.h"

namespace rtmp {
namespace {

// Returns null for an index beyond the last.
const Property* property_at(std::size_t index) {
  for (const auto properties : {port_properties(), stream_properties()}) {
    if (index < properties.size()) return &properties[index];
    index -= properties.size();
  }
  return nullptr;
}

}  // namespace

void install_properties(GObjectClass* object_class, guint first_id) {
  for (guint i = 0; const Property* property = property_at(i); ++i)
    g_object_class_install_property(object_class, first_id + i, property->spec());
}

bool set_property(Settings& settings, guint index, const GValue* value) {
  const Property* property = property_at(index);
  if (property) property->set(settings, value);
  return property != nullptr;
}

bool get_property(const Settings& settings, guint index, GValue* value) {
  const Property* property = property_at(index);
  if (property) property->get(settings, value);
  return property != nullptr;
}

}  // namespace rtmp
