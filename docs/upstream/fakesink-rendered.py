#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The "rendered" of a sink's stats leaves out what came before a second segment.

GstBaseSink documents it as "Number of rendered frames", and says of no event that resets it. Here, three buffers come in
front of a second segment, and three behind it. Exits with 1 if the sink says another number than six."""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)
sink = Gst.ElementFactory.make("fakesink")
sink.set_property("sync", False)
sink.set_property("async", False)
pad = sink.get_static_pad("sink")
sink.set_state(Gst.State.PLAYING)
pad.send_event(Gst.Event.new_stream_start("one"))
segment = Gst.Segment()
segment.init(Gst.Format.TIME)
for _ in range(2):
    pad.send_event(Gst.Event.new_segment(segment))
    for _ in range(3):
        pad.chain(Gst.Buffer.new_allocate(None, 1, None))
stats = sink.get_property("stats")
sink.set_state(Gst.State.NULL)

print(f"{Gst.version_string()}: {stats.to_string()}")
sys.exit(stats.get_uint64("rendered").value != 6)
