// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_RTMP2_SERVER_SRC (gst_rtmp2_server_src_get_type())
G_DECLARE_FINAL_TYPE(GstRtmp2ServerSrc, gst_rtmp2_server_src, GST, RTMP2_SERVER_SRC, GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE(rtmp2serversrc)

G_END_DECLS
