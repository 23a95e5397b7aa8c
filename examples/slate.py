#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passes a publisher on, and shows a slate while there is none: a still picture, with silence.

What comes out has one format and never stops. So the platform to which it is sent, or a recording, goes on through each
interruption: the encoder may drop, stall, be killed, and come back with other codecs, another size, without sound, or
without a picture. It is back at its first key frame. The output is shown in a window, or written as FLV to a file or to
an RTMP server.
"""
import argparse
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

# A mixer waits for the publisher's frame for min-upstream-latency, and goes on without it. A second is more than decoders need.
OUTPUT = """compositor name=video force-live=true min-upstream-latency=1000000000 ! {picture} ! queue ! {show}
    {slate} ! videoconvert ! videoscale ! {picture} ! video.
    audiomixer name=audio force-live=true min-upstream-latency=1000000000 ! {sound} ! queue ! audioconvert ! {play}
    audiotestsrc is-live=true wave=silence ! {sound} ! audio. """
WINDOW = {"show": "videoconvert ! autovideosink", "play": "autoaudiosink"}
STREAM = {"show": "x264enc tune=zerolatency speed-preset=veryfast key-int-max=60 ! h264parse ! flv.",
          "play": "avenc_aac ! aacparse ! flv. flvmux name=flv streamable=true latency=1000000000 ! queue ! {} location={}"}
# A picture of another shape gets black borders.
BRANCH = {"video": "queue name=first ! decodebin ! videoconvert ! videoscale ! {} ! identity name=last",
          "audio": "queue name=first ! decodebin ! audioconvert ! audioresample name=last"}


# The compositor shows a later pad above the slate's, and the slate where that pad has no frame.
def on_pad_added(server, pad):
    name = pad.get_name()
    branch = Gst.parse_bin_from_description(BRANCH[name[:5]].format(size), False)
    branches.append(branch)
    pipeline.add(branch)
    branch.get_by_name("last").link_pads("src", pipeline.get_by_name(name[:5]), "sink_%u")
    branch.srcpads[0].add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, on_event, branch)
    server.link_pads(name, branch.get_by_name("first"), "sink")
    branch.sync_state_with_parent()


# A thread of the branch cannot end itself.
def on_event(pad, info, branch):
    if info.get_event().type == Gst.EventType.EOS:
        GLib.idle_add(remove, branch)
    return Gst.PadProbeReturn.OK


# The pad of the mixer goes first: a thread of the branch may wait there.
def remove(branch):
    if branch in branches:
        branches.remove(branch)
        pad = branch.srcpads[0].get_peer()
        pad.get_parent_element().release_request_pad(pad)
        branch.set_state(Gst.State.NULL)
        pipeline.remove(branch)


# What cannot be decoded is not shown. (What has been removed is in no pipeline.)
def on_error(bus, message):
    print(f"error: {message.parse_error()[0].message}", flush=True)
    failed = [branch for branch in list(branches) if message.src.has_as_ancestor(branch)]
    for branch in failed:
        remove(branch)
    if not failed and message.src.has_as_ancestor(pipeline):
        sys.exit(1)


parser = argparse.ArgumentParser(description="Shows a slate while there is no publisher.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
parser.add_argument("--key", default="my-key", help="the stream key, in the application live")
parser.add_argument("--slate", help="a picture file (default: colour bars)")
parser.add_argument("--to", help="an rtmp:// URL, or an FLV file (default: a window)")
parser.add_argument("--width", type=int, default=1280)
parser.add_argument("--height", type=int, default=720)
options = parser.parse_args()
Gst.init(None)
output = dict(STREAM if options.to else WINDOW)
output["play"] = output["play"].format("rtmp2sink" if str(options.to).startswith("rtmp") else "filesink", options.to)
size = f"video/x-raw,width={options.width},height={options.height},pixel-aspect-ratio=1/1"
still = f"filesrc location={options.slate} ! decodebin ! imagefreeze is-live=true" if options.slate else "videotestsrc is-live=true"
pipeline = Gst.parse_launch(OUTPUT.format(
    picture=size + ",framerate=30/1", sound="audio/x-raw,rate=48000,channels=2", slate=still, **output))
loop, branches = GLib.MainLoop(), []
# With several publishers each has pads of its own, so that any codec may follow another. One key keeps them to one at a time.
server = Gst.parse_launch(f"rtmp2serverbin port={options.port} max-publishers=0 application=live isolate-errors=true")
server.set_property("stream-key", options.key)
server.connect("pad-added", on_pad_added)
pipeline.add(server)
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::error", on_error)
pipeline.get_bus().connect("message::latency", lambda bus, message: pipeline.recalculate_latency())
if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
    print(f"listening on port {server.get_property('current-port')}", flush=True)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
loop.run()
pipeline.set_state(Gst.State.NULL)
