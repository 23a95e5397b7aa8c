#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records every publisher to Matroska files of its own, and begins another file every few minutes.

A file begins with a key frame; its name says whose it is, and when it began. It has one format of each track, so another
file begins, too, where a track changes its codec, size or rate, comes, or falls silent. All tracks are recorded, if
Matroska can hold their codecs. A file that is broken off by a crash plays until half a second before. (splitmuxsink splits
files, too, but keeps what came since the last key frame, so that a crash loses all of that.)
"""
import argparse
import datetime
import os
import re
import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

FILE = "matroskamux name=mux offset-to-zero=true ! filesink name=sink async=false buffer-mode=unbuffered"
QUEUE = "queue max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0"
SILENCE = 5 * Gst.SECOND  # after which a file goes on without a track: matroskamux waits for each
SECONDS_TO_FINISH = 10


class Recording:
    """What follows the pads of a publisher. The thread that pushes its frames does all of this."""

    def __init__(self, name):
        self.name, self.tracks = name, {}  # of the file: by pad, its caps, and the time of its last frame

    def add_pad(self, pad):
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_frame)
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_event)

    def on_frame(self, pad, info):
        frame = info.get_buffer()
        leader = next((track for track in self.tracks if track.get_name().startswith("video")), pad)
        is_key = pad == leader and not frame.has_flags(Gst.BufferFlags.DELTA_UNIT)
        if pad not in self.tracks or (is_key and frame.dts >= self.until):
            self.end_file()
            self.begin_file(pad.get_name().split("_")[1], frame.dts)
        self.tracks[pad][1] = frame.dts
        return Gst.PadProbeReturn.OK

    # The caps come once more where the pad is linked.
    def on_event(self, pad, info):
        event = info.get_event()
        caps, last = self.tracks.get(pad, (None, None))
        if caps and event.type == Gst.EventType.CAPS and not caps.is_equal(event.parse_caps()):
            self.end_file()
        elif caps and event.type == Gst.EventType.GAP and sum(event.parse_gap()) > last + SILENCE:
            self.end_track(pad)
        return Gst.PadProbeReturn.OK

    def begin_file(self, number, time):
        self.until = time + options.seconds * Gst.SECOND
        path = os.path.join(options.folder, f"{self.name}-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}.mkv")
        file = Gst.parse_bin_from_description(FILE, False)
        file.get_by_name("sink").set_property("location", path)
        files[file] = path
        with lock:
            pipeline.add(file)
            for pad in server.srcpads:
                if pad.get_name().split("_")[1] == number:
                    self.tracks[pad] = [pad.get_current_caps(), time]
                    queue = Gst.parse_launch(QUEUE)
                    file.add(queue)
                    server.link_pads(pad.get_name(), queue, "sink")
                    if not queue.link(file.get_by_name("mux")):
                        pad.unlink(pad.get_peer())
                        say(f"left out: {pad.get_current_caps().to_string()}")
            if file.get_by_name("mux").sinkpads:
                file.sync_state_with_parent()
                say(f"recording {path}")
            else:
                GLib.idle_add(remove_file, file, "not begun")

    def end_track(self, pad):
        del self.tracks[pad]
        entry = pad.get_peer()
        if entry:
            pad.unlink(entry)
            entry.send_event(Gst.Event.new_eos())

    def end_file(self):
        for pad in list(self.tracks):
            self.end_track(pad)


def say(text):
    sys.stdout.write(text + "\n")  # in one piece: threads say things at the same time
    sys.stdout.flush()


# No publisher chooses a path.
def on_publisher_added(server, publisher):
    name = "-".join(re.sub(r"[^\w-]", "", publisher.get_string(of), flags=re.A)[:64] for of in ("application", "stream-key"))
    recordings[publisher.get_value("number")] = Recording(name)


def on_publisher_removed(server, publisher):
    del recordings[publisher.get_value("number")]
    GLib.idle_add(quit_if_done)


def remove_file(file, what):
    with lock:  # it may have failed while it began
        file.set_state(Gst.State.NULL)
        pipeline.remove(file)
    say(f"{what} {files.pop(file)}")
    quit_if_done()


# The end of each file comes in a message of the pipeline, which forwards it.
def on_element(bus, message):
    forwarded = message.get_structure().get_value("message") if message.has_name("GstBinForwarded") else None
    if forwarded and forwarded.type == Gst.MessageType.EOS and forwarded.src in files:
        remove_file(forwarded.src, "finished")


# A file that cannot be written ends its publisher alone, of which no pad is linked then. (What has been removed is in no
# pipeline.)
def on_error(bus, message):
    file = next((file for file in list(files) if message.src.has_as_ancestor(file)), None)
    if file:
        remove_file(file, f"broken off ({message.parse_error()[0].message})")
    elif message.src.has_as_ancestor(pipeline):
        sys.exit(message.parse_error()[0].message)


# Every file gets its end, as if its publisher had stopped. A second Ctrl-C ends the program at once.
def on_signal():
    global stopping
    stopping = True
    server.send_event(Gst.Event.new_eos())
    GLib.timeout_add_seconds(SECONDS_TO_FINISH, lambda: sys.exit("not finished in time"))
    quit_if_done()


def quit_if_done():
    if stopping and not files and not recordings:
        loop.quit()


parser = argparse.ArgumentParser(description="Records every publisher to files of its own.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
parser.add_argument("--folder", default=".", help="for the files")
parser.add_argument("--seconds", type=int, default=300, help="after which another file begins")
options = parser.parse_args()
os.makedirs(options.folder, exist_ok=True)
Gst.init(None)
loop, lock, files, recordings, stopping, pipeline = GLib.MainLoop(), threading.Lock(), {}, {}, False, Gst.Pipeline()
pipeline.set_property("message-forward", True)
server = Gst.ElementFactory.make("rtmp2serverbin")
for name, value in ("port", options.port), ("max-publishers", 0), ("isolate-errors", True):
    server.set_property(name, value)
server.connect("publisher-added", on_publisher_added)
server.connect("publisher-removed", on_publisher_removed)
server.connect("pad-added", lambda server, pad: recordings[int(pad.get_name().split("_")[1])].add_pad(pad))
pipeline.add(server)
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::element", on_element)
pipeline.get_bus().connect("message::error", on_error)
if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
    say(f"listening on port {server.get_property('current-port')}")
    for number in signal.SIGINT, signal.SIGTERM:
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, on_signal)
loop.run()
pipeline.set_state(Gst.State.NULL)
