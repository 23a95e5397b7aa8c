// SPDX-License-Identifier: LGPL-2.1-or-later
// As src/precompiled/standard.h, for tests.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "../../../src/precompiled/standard.h"
