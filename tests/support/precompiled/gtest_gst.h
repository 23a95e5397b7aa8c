// SPDX-License-Identifier: LGPL-2.1-or-later
// As gtest.h, for tests that use GStreamer.
#include <gst/gst.h>

#include "gtest.h"
