// SPDX-License-Identifier: LGPL-2.1-or-later
// As standard.h, for what has sockets and threads.
#include <gio/gio.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "../../precompiled/standard.h"
