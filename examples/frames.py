#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hands the pictures and the sound of every publisher to two functions, whatever their codecs. frames.cpp is the same
in C++.

Replace picture() and sound() by your own. Each track has a pad, a decoder and an appsink of its own, from its first
frame until its end. So publishers may come, go and come back, with any tracks and formats.
"""
import argparse
import array
import math
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

SINK = "appsink name=sink emit-signals=true sync=false async=false"
VIDEO = "queue name=queue ! decodebin ! videoconvert ! video/x-raw,format=RGBA ! " + SINK
AUDIO = "queue name=queue ! decodebin ! audioconvert ! audio/x-raw,format=S16LE,layout=interleaved ! " + SINK


# Threads say things at the same time, and each in one piece.
def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# The time is the running time of the pipeline, in seconds. Each runs in a thread of the track.
def picture(track, count, time, width, height, rgba):
    if count % 30 == 0:
        of_some = [sum(rgba[color::64]) / len(rgba[color::64]) for color in range(3)]
        say(f"{track}: frame {count} at {time:.3f} s, {width}x{height}, brightness {sum(of_some) / 3:.0f}")


def sound(track, count, time, rate, channels, samples):
    if count % 40 == 0:
        level = math.sqrt(sum(sample * sample for sample in samples) / len(samples)) / 32768
        say(f"{track}: frame {count} at {time:.3f} s, {rate} Hz, {channels} channels, level {level:.3f}")


class Track:
    """What follows a pad."""

    def __init__(self, pad):
        self.name, self.count = pad.get_name(), 0
        self.is_video = self.name.startswith("video")
        self.branch = Gst.parse_bin_from_description(VIDEO if self.is_video else AUDIO, False)
        self.branch.set_property("async-handling", True)  # a decoder that waits for its first frame stops nothing else
        sink = self.branch.get_by_name("sink")
        sink.connect("new-sample", self.on_sample)
        sink.connect("eos", lambda sink: GLib.idle_add(self.remove))
        pipeline.add(self.branch)
        tracks.append(self)
        server.link_pads(self.name, self.branch.get_by_name("queue"), "sink")
        self.branch.sync_state_with_parent()

    def on_sample(self, sink):
        sample = sink.emit("pull-sample")
        data, caps = sample.get_buffer(), sample.get_caps().get_structure(0)
        time = sample.get_segment().to_running_time(Gst.Format.TIME, data.pts) / Gst.SECOND
        content = data.extract_dup(0, data.get_size())
        if self.is_video:
            picture(self.name, self.count, time, caps.get_value("width"), caps.get_value("height"), content)
        else:
            samples = array.array("h", content)
            sound(self.name, self.count, time, caps.get_value("rate"), caps.get_value("channels"), samples)
        self.count += 1
        return Gst.FlowReturn.OK

    # In the main thread: a thread of the track cannot end itself.
    def remove(self):
        if self in tracks:
            tracks.remove(self)
            self.branch.set_state(Gst.State.NULL)
            pipeline.remove(self.branch)
            say(f"{self.name}: ended, {self.count} frames")


# What one track cannot decode is no reason to end the others. The pipeline's EOS says that all tracks have ended.
def on_error(bus, message):
    say(f"error: {message.parse_error()[0].message}")
    if message.src.has_as_ancestor(server):
        sys.exit(1)
    for track in list(tracks):
        if message.src.has_as_ancestor(track.branch):
            track.remove()


parser = argparse.ArgumentParser(description="Shows what two functions get of each publisher.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
options = parser.parse_args()
Gst.init(None)
loop, tracks, pipeline = GLib.MainLoop(), [], Gst.Pipeline()
server = Gst.ElementFactory.make("rtmp2serverbin")
server.set_property("port", options.port)
server.set_property("max-publishers", 0)
server.set_property("isolate-errors", True)
server.connect("pad-added", lambda server, pad: Track(pad))
pipeline.add(server)
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::error", on_error)
if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
    say(f"listening on port {server.get_property('current-port')}")
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
loop.run()
pipeline.set_state(Gst.State.NULL)
