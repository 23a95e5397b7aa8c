// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_EFLV_DEMUX (gst_eflv_demux_get_type())
G_DECLARE_FINAL_TYPE(GstEflvDemux, gst_eflv_demux, GST, EFLV_DEMUX, GstElement)

GST_ELEMENT_REGISTER_DECLARE(eflvdemux)

G_END_DECLS
