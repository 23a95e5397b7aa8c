// SPDX-License-Identifier: LGPL-2.1-or-later
#include "start_error.h"

#include "debug_category.h"

namespace rtmp {

bool can_start(GstElement* element, const Settings& settings) {
  if (!settings.username || can_log_in(*settings.username)) return true;
  GST_ELEMENT_ERROR(element, RESOURCE, SETTINGS,
                    ("No publisher can log in as '%s'. Set username to 1 to %d bytes without any of &?#=.",
                     settings.username->c_str(), static_cast<int>(kMaxUsername)),
                    (nullptr));
  return false;
}

void renew_certificate(GstElement* element, Server& server, const TlsCertificate& certificate) {
  const auto renewed = server.set_certificate(certificate);
  if (renewed) return;
  GST_ELEMENT_WARNING(element, RESOURCE, SETTINGS,
                      ("The earlier TLS certificate stays: %s", renewed.error().detail.c_str()), (nullptr));
}

void post_start_error(GstElement* element, const Error& error) {
  const char* detail = error.detail.c_str();
  switch (error.code) {
    case ErrorCode::kAddressInUse:
      GST_ELEMENT_ERROR(
          element, RESOURCE, BUSY,
          ("Cannot listen on %s. Is another server running there? Set port, or stop it.", detail), (nullptr));
      break;
    case ErrorCode::kOtherSettings:
      GST_ELEMENT_ERROR(element, RESOURCE, SETTINGS,
                        ("%s. Set these properties of both elements to the same, or another port.", detail),
                        (nullptr));
      break;
    case ErrorCode::kAlreadyClaimed:
      GST_ELEMENT_ERROR(element, RESOURCE, BUSY,
                        ("Another element on this port already takes %s. Set stream-key or application to "
                         "something else.",
                         detail),
                        (nullptr));
      break;
    case ErrorCode::kBadNetwork:
      GST_ELEMENT_ERROR(element, RESOURCE, SETTINGS,
                        ("Cannot use the networks in %s. Write networks as 10.0.0.0/8 and fd00::/8, and "
                         "commas between them.",
                         detail),
                        (nullptr));
      break;
    case ErrorCode::kNoThread:
      GST_ELEMENT_ERROR(
          element, RESOURCE, FAILED,
          ("No thread can be started: %s. Raise the limit on processes (ulimit -u) or on memory, "
           "or end other programs.",
           detail),
          (nullptr));
      break;
    case ErrorCode::kBadCertificate:
      GST_ELEMENT_ERROR(element, RESOURCE, SETTINGS, ("Cannot use the TLS certificate: %s", detail),
                        (nullptr));
      break;
    default:
      GST_ELEMENT_ERROR(element, RESOURCE, OPEN_READ, ("Cannot listen on %s. Check host and port.", detail),
                        (nullptr));
  }
}

}  // namespace rtmp
