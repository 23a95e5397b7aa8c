// SPDX-License-Identifier: LGPL-2.1-or-later
// As src/precompiled/gio.h, with GStreamer.
#include <gst/gst.h>

#include "../../src/net/precompiled/gio.h"
