// SPDX-License-Identifier: LGPL-2.1-or-later
// What all tests of a suite include first, compiled once for each suite. No test may rely on it.
#include <gtest/gtest.h>
