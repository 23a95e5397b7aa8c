// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gio/gio.h>
#include <gst/gst.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  // GIO loads all its modules when it needs one, and unloads the others. Before there are threads: clang 14's
  // thread sanitizer waits for ever where it reports of one while another unloads.
  g_tls_backend_get_default();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
