// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

namespace rtmp {

/// Return the GTypes of rtmp::Takeover, rtmp::Timestamps, rtmp::ProxyProtocol, rtmp::TlsMode,
/// rtmp::DrainMode, rtmp::EndReason and rtmp::Rejection.
GType takeover_type();
GType timestamps_type();
GType proxy_protocol_type();
GType tls_mode_type();
GType drain_mode_type();
GType end_reason_type();
GType dismissal_type();
GType rejection_type();

}  // namespace rtmp
