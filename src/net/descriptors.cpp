// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptors.h"

#include <sys/resource.h>

#include "rtmp/limits.h"

namespace rtmp {

bool few_descriptors_left(GSocket* newest) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  return static_cast<rlim_t>(g_socket_get_fd(newest)) + limits::kDescriptorsInReserve >= limit.rlim_cur;
}

}  // namespace rtmp
