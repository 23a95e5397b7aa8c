// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_RTMP2_SERVER_BIN (gst_rtmp2_server_bin_get_type())
G_DECLARE_FINAL_TYPE(GstRtmp2ServerBin, gst_rtmp2_server_bin, GST, RTMP2_SERVER_BIN, GstBin)

GST_ELEMENT_REGISTER_DECLARE(rtmp2serverbin)

G_END_DECLS
