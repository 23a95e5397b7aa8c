#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passes a publisher on to SRT viewers, who stay while an encoder goes and comes back. srt.cpp is the same in C++.

Nothing is encoded again: each track goes into MPEG-TS with the parser of its codec. With keep-listening the pads of
the first publisher stay for the next ones, and a track that is new gets a pad. Where another codec comes on a pad, its
parser refuses it; that publisher's track is left out then, and told of.
"""
import argparse
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

PARSERS = {"video/x-h264": "h264parse config-interval=-1", "video/x-h265": "h265parse config-interval=-1",
           "audio/mpeg, mpegversion=(int)4": "aacparse", "audio/mpeg, mpegversion=(int)1": "mpegaudioparse",
           "audio/x-opus": "opusparse", "audio/x-ac3": "ac3parse"}


def on_pad_added(server, pad):
    caps = pad.query_caps()
    parser = next((PARSERS[one] for one in PARSERS if caps.can_intersect(Gst.caps_from_string(one))), None)
    if not parser:
        print(f"{pad.get_name()}: MPEG-TS has no {caps.get_structure(0).get_name()}", flush=True)
        return
    branch = Gst.parse_bin_from_description(parser + " name=parser", True)
    pipeline.add(branch)
    branch.link(pipeline.get_by_name("muxer"))
    pad.link(branch.get_static_pad("sink"))
    branch.sync_state_with_parent()
    print(f"{pad.get_name()}: {parser}", flush=True)


def on_message(bus, message):
    if message.type == Gst.MessageType.ERROR:
        sys.exit(message.parse_error()[0].message)
    if message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name() == "track-left-out":
        print(message.get_structure().to_string(), flush=True)


arguments = argparse.ArgumentParser(description="Passes a publisher on to SRT viewers.")
arguments.add_argument("--port", type=int, default=1935, help="to listen on for publishers; 0: a free one")
arguments.add_argument("--to", default="srt://:7001", help="what srtsink takes; srt://HOST:PORT calls a server")
options = arguments.parse_args()
Gst.init(None)
pipeline = Gst.parse_launch("rtmp2serverbin name=server keep-listening=true "
                            "mpegtsmux name=muxer ! tsparse ! "  # else srtsink 1.22 loses the first frame
                            "srtsink name=sink wait-for-connection=false async=false")
pipeline.get_by_name("sink").set_property("uri", options.to)
pipeline.get_by_name("sink").connect("caller-added", lambda *_: print("viewer added", flush=True))
server = pipeline.get_by_name("server")
server.set_property("port", options.port)
server.connect("pad-added", on_pad_added)
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message", on_message)
loop = GLib.MainLoop()
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
    print(f"listening on port {server.get_property('current-port')}", flush=True)
loop.run()
pipeline.set_state(Gst.State.NULL)
