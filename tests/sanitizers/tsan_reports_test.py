#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which of ThreadSanitizer's reports scripts/tsan-reports takes for this project's."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "tsan-reports"

FREED = "    #0 free <null> (test_bin+0x8c624) (BuildId: 01)"
IN_PROGRAM = "    #0 main /project/build/../tests/element/bin_test.cpp:12:3 (test_bin+0x8c624) (BuildId: 01)"
IN_PLUGIN = "    #1 rtmp::Streams::add() /project/build/../gst/demux/streams.cpp:28:3 (libgstrtmp2server.so+0x10)"
BY_THE_COUNT = ("    #1 gst_rtmp2_tag_allocator_free(_GstAllocator*, _GstMemory*) /project/tag_memory.cpp:20:78 "
                "(libgstrtmp2server.so+0x1)")
IN_LIBRARY = "    #1 g_free <null> (libglib-2.0.so.0+0x5c49a) (BuildId: 03)"
IN_LIBRARY_WITH_SYMBOLS = "    #1 tzset_internal time/./time/tzset.c:401:3 (libc.so.6+0xc5168) (BuildId: 04)"


def report(first, second):
    return "\n".join(["=" * 18, "WARNING: ThreadSanitizer: data race (pid=1)", "  Write of size 8 at 0x01 by thread T1:",
                      *first, "", "  Previous write of size 8 at 0x01 by main thread:", *second, "", "=" * 18, ""])


def left_thread(maker):
    return "\n".join(["=" * 18, "WARNING: ThreadSanitizer: thread leak (pid=1)",
                      "  Thread T9 'name' (tid=2, finished) created by thread T4 at:",
                      "    #0 pthread_create <null> (test_bin+0x774e5) (BuildId: 01)", *maker, "", "=" * 18, ""])


class TsanReports(unittest.TestCase):
    def count(self, text):
        with tempfile.TemporaryDirectory() as logs:
            (pathlib.Path(logs) / "log.1").write_text(text, encoding="utf-8")
            run = subprocess.run([SCRIPT, logs], capture_output=True, text=True, check=False)
        summary = run.stdout.splitlines()[-1]
        count = int(summary.split(", ")[1].split()[0])
        self.assertEqual(run.returncode, 1 if count else 0)
        return count

    def test_both_accesses_are_the_projects(self):
        self.assertEqual(self.count(report([IN_PROGRAM], [FREED, IN_PLUGIN])), 1)

    def test_one_access_is_a_librarys(self):
        self.assertEqual(self.count(report([IN_PROGRAM], [FREED, IN_LIBRARY, IN_PLUGIN])), 0)

    def test_the_library_has_debug_symbols(self):
        inside = [FREED, IN_LIBRARY_WITH_SYMBOLS]
        self.assertEqual(self.count(report(inside, [*inside, IN_PLUGIN])), 0)

    def test_gstreamer_has_counted_the_references_to_a_memory(self):
        self.assertEqual(self.count(report([FREED, BY_THE_COUNT], [IN_PLUGIN])), 0)

    def test_a_thread_that_was_not_joined_is_its_makers(self):
        self.assertEqual(self.count(left_thread([IN_LIBRARY, IN_PLUGIN])), 0)
        self.assertEqual(self.count(left_thread([IN_PLUGIN])), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
