#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mixes up to four publishers into one picture and one sound, which never stop. mixer.cpp is the same in C++.

Publishers come and go as they like, with any codecs, sizes and rates. While there is none, the picture is black and the
sound is silence; so is the part of one that stalls. The mix is shown in a window, or written as FLV to a file or to an
RTMP server.
"""
import argparse
import math
import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

# A mixer waits for a publisher's frame for min-upstream-latency, and goes on without it. A second is more than decoders need.
MIX = """compositor name=video background=black force-live=true min-upstream-latency=1000000000 ! {picture} ! queue ! {show}
    videotestsrc is-live=true pattern=black ! {picture} ! video.
    audiomixer name=audio force-live=true min-upstream-latency=1000000000 ! {sound} ! queue ! audioconvert ! {play}
    audiotestsrc is-live=true wave=silence ! {sound} ! audio. """
WINDOW = {"show": "videoconvert ! autovideosink", "play": "autoaudiosink"}
STREAM = {"show": "x264enc tune=zerolatency speed-preset=veryfast key-int-max=60 ! h264parse ! flv.",
          "play": "avenc_aac ! aacparse ! flv. flvmux name=flv streamable=true latency=1000000000 ! queue ! {} location={}"}
BRANCH = {"video": "queue name=first ! decodebin ! identity name=last",
          "audio": "queue name=first ! decodebin ! audioconvert ! audioresample name=last"}


def on_pad_added(server, pad):
    name = pad.get_name()
    branch = Gst.parse_bin_from_description(BRANCH[name[:5]], False)
    pipeline.add(branch)
    with lock:
        branches.append(branch)
        branch.get_by_name("last").link_pads("src", pipeline.get_by_name(name[:5]), "sink_%u")
        arrange()
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
        with lock:
            branches.remove(branch)
            pad = branch.srcpads[0].get_peer()
            pad.get_parent_element().release_request_pad(pad)
            arrange()
        branch.set_state(Gst.State.NULL)
        pipeline.remove(branch)


# One picture has all of the place; two to four have a quarter each.
def arrange():
    pads = [branch.srcpads[0].get_peer() for branch in branches]
    pads = [pad for pad in pads if pad.get_parent_element().get_name() == "video"]
    columns = math.ceil(math.sqrt(len(pads)))
    for number, pad in enumerate(pads):
        width, height = options.width // columns, options.height // columns
        for key, value in (("width", width), ("height", height), ("xpos", number % columns * width),
                           ("ypos", number // columns * height), ("sizing-policy", 1)):  # 1: keep-aspect-ratio
            pad.set_property(key, value)


# A publisher that cannot be decoded is left out of the mix. (What has been removed is in no pipeline.)
def on_error(bus, message):
    print(f"error: {message.parse_error()[0].message}", flush=True)
    failed = [branch for branch in list(branches) if message.src.has_as_ancestor(branch)]
    for branch in failed:
        remove(branch)
    if not failed and message.src.has_as_ancestor(pipeline):
        sys.exit(1)


parser = argparse.ArgumentParser(description="Mixes up to four publishers.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
parser.add_argument("--to", help="an rtmp:// URL, or an FLV file (default: a window)")
parser.add_argument("--width", type=int, default=1280)
parser.add_argument("--height", type=int, default=720)
options = parser.parse_args()
Gst.init(None)
output = dict(STREAM if options.to else WINDOW)
output["play"] = output["play"].format("rtmp2sink" if str(options.to).startswith("rtmp") else "filesink", options.to)
pipeline = Gst.parse_launch(MIX.format(
    picture=f"video/x-raw,width={options.width},height={options.height},framerate=30/1,pixel-aspect-ratio=1/1",
    sound="audio/x-raw,rate=48000,channels=2", **output))
loop, branches, lock = GLib.MainLoop(), [], threading.Lock()
server = Gst.parse_launch(f"rtmp2serverbin port={options.port} max-publishers=4 isolate-errors=true")
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
