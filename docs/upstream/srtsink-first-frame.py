#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""srtsink loses the first buffer of mpegtsmux, which has the first key frame.

mpegtsmux puts the tables and the whole first frame into one buffer, which it flags as a header. srtsink takes it for a
copy of the caps' streamheader, and leaves it out: so a viewer who is there from the beginning sees nothing before the
second key frame. Exits with 1 if the viewer has not the key frame, or 77 without srtsink."""

import socket
import sys
import tempfile
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

FRAMES = 60  # of which the first is the key frame
Gst.init(None)
if not all(map(Gst.ElementFactory.find, ("srtsink", "mpegtsmux", "x264enc", "h264parse"))):
    sys.exit(77)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
with tempfile.NamedTemporaryFile(suffix=".ts") as sent, tempfile.NamedTemporaryFile(suffix=".ts") as seen:
    # It waits for its viewer, with the first buffer in its hands.
    server = Gst.parse_launch(
        f"videotestsrc num-buffers={FRAMES} ! video/x-raw,width=320,height=240 ! x264enc key-int-max={FRAMES} ! "
        f"h264parse ! mpegtsmux ! tee name=t  t. ! queue ! filesink location={sent.name} "
        f"t. ! queue ! srtsink uri=srt://127.0.0.1:{port}?mode=listener sync=false")
    viewer = Gst.parse_launch(f"srtsrc uri=srt://127.0.0.1:{port} ! filesink buffer-mode=unbuffered location={seen.name}")
    server.set_state(Gst.State.PLAYING)
    viewer.set_state(Gst.State.PLAYING)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        sent_bytes, seen_bytes = open(sent.name, "rb").read(), open(seen.name, "rb").read()
        if sent_bytes and sent_bytes[-188 * 5:] in seen_bytes:  # the end has come
            break
        time.sleep(0.1)
    server.set_state(Gst.State.NULL)
    viewer.set_state(Gst.State.NULL)

key_frame = sent_bytes[188 * 2:188 * 7]  # behind two tables
print(f"{Gst.version_string()}: {len(sent_bytes)} bytes sent, {len(seen_bytes)} seen")
if sent_bytes[-188 * 5:] not in seen_bytes:
    sys.exit(2)
sys.exit(key_frame not in seen_bytes)
