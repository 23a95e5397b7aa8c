// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

/// The debug category of rtmp2serversrc. Registering the element initialises it.
GST_DEBUG_CATEGORY_EXTERN(rtmp2serversrc_debug);
#define GST_CAT_DEFAULT rtmp2serversrc_debug
