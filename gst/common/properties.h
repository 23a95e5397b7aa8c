// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include "settings.h"

namespace rtmp {

/// Installs a property for each of the settings that a user may choose. They have consecutive ids, the first
/// of them `first_id`.
void install_properties(GObjectClass* object_class, guint first_id);

/// Sets or reads the setting of the property that was installed as number `index`, counted from 0. Returns
/// false if there is none. The caller holds the lock that guards the settings.
bool set_property(Settings& settings, guint index, const GValue* value);
bool get_property(const Settings& settings, guint index, GValue* value);

}  // namespace rtmp
