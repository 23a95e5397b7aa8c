#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""mp4mux crashes at VP9 whose caps have no chroma-site.

vp9parse makes such caps of VP9 from a WebM file, for example. Exits with 1 if the pipeline does not end with EOS."""

import subprocess
import sys

PIPELINE = "videotestsrc num-buffers=5 ! vp9enc deadline=1 ! webmmux ! matroskademux ! vp9parse ! mp4mux ! fakesink"

if subprocess.run(["gst-inspect-1.0", "--exists", "vp9enc"], check=False).returncode != 0:
    print("vp9enc is not there")
    sys.exit(77)
version = subprocess.run(["gst-launch-1.0", "--version"], capture_output=True, text=True, check=True).stdout
ended = subprocess.run(["gst-launch-1.0", "-f", "-q", *PIPELINE.split()], check=False, timeout=60).returncode
print(f"{version.splitlines()[1]}: gst-launch-1.0 ended with {ended}; a negative number is a signal")
sys.exit(ended != 0)
