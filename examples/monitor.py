#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows once a second what each publisher sends: as a table in a terminal, and elsewhere as a line for each.

The columns are the number of the publisher; its application and stream key; its address; the codecs; the size of the
picture; frames and kilobits in a second; kilobytes that wait for the pipeline; tags that were left out; and how often
its clock was corrected. The streams themselves are dropped. A program that uses them can take over show().
"""
import argparse
import signal
import sys
import warnings

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)  # what replaces GObject.ValueArray needs python3-gst-1.0
ROW = "{:>4}  {:24.24} {:24.24} {:7.7} {:7.7} {:>9} {:>5} {:>6} {:>6} {:>5} {:>5}"
TITLES = ROW.format("", "publisher", "address", "video", "audio", "size", "fps", "kbit/s", "queue", "drops", "clock")


def row(stats):
    get = stats.get_value
    name = f"{get('application')}/{get('stream-key')}"
    name = "".join(c if c.isprintable() else "?" for c in name)  # no publisher writes to the terminal
    size = f"{get('width')}x{get('height')}" if get("width") else "-"
    fields = (stats.nth_field_name(i) for i in range(stats.n_fields()))
    drops = sum(get(field) for field in fields if field.startswith("dropped-"))
    return ROW.format(get("number"), name, get("host"), get("video-codec") or "-", get("audio-codec") or "-", size,
                      round(get("measured-framerate")), get("bitrate") // 1000, get("queue-bytes") // 1000, drops,
                      get("clock-corrections"))


def show():
    stats = bin.get_property("stats")
    array = stats.get_array("publishers").array
    publishers = [array.get_nth(i).copy() for i in range(array.n_values)]  # the array owns what it returns
    rows = [row(publisher) for publisher in publishers if publisher.get_value("publishing")]
    if sys.stdout.isatty():
        counts = "{} publish, {} connections, {} accepted, {} rejected".format(
            len(rows), *(stats.get_value(name) for name in ("port-connections", "accepted", "rejected")))
        rows = ["\x1b[H\x1b[J" + counts, TITLES, *rows]
    if rows:
        print("\n".join(rows), flush=True)
    return True


def add_sink(bin, pad):
    sink = Gst.parse_launch("fakesink sync=false async=false")
    pipeline.add(sink)
    pad.link(sink.get_static_pad("sink"))
    pad.connect("unlinked", remove_sink, sink)
    sink.sync_state_with_parent()


def remove_sink(pad, peer, sink):
    sink.set_state(Gst.State.NULL)
    pipeline.remove(sink)


parser = argparse.ArgumentParser(description="Shows what each publisher sends.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
options = parser.parse_args()
Gst.init(None)
loop, pipeline = GLib.MainLoop(), Gst.Pipeline()
bin = Gst.parse_launch(f"rtmp2serverbin port={options.port} max-publishers=0 isolate-errors=true")
bin.connect("pad-added", add_sink)
pipeline.add(bin)
pipeline.get_bus().add_signal_watch()  # messages that nobody takes would stay
if pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
    sys.exit(pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()[0].message)
print(f"listening on port {bin.get_property('current-port')}", flush=True)
if not sys.stdout.isatty():
    print(TITLES, flush=True)
GLib.timeout_add_seconds(1, show)
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
loop.run()
pipeline.set_state(Gst.State.NULL)
