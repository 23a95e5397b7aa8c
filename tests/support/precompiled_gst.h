// SPDX-License-Identifier: LGPL-2.1-or-later
// As precompiled.h, for tests that use GStreamer.
#include <gst/gst.h>
#include <gtest/gtest.h>
