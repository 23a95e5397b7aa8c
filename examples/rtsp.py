#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passes a publisher on to RTSP viewers, who may come first, and stay while an encoder goes and comes back.

Nothing is encoded again. gst-rtsp-server makes a pipeline when the first viewer comes, and ends it behind the last.
So the publisher's pads end in appsinks, which last, and what comes there goes on to the appsrcs of the viewers'
pipeline, if there is one. A viewer who comes before a publisher waits for it, for up to twenty seconds.
"""
import argparse
import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PATIENCE = 20  # as that of gst-rtsp-server, which waits as long for the first frames
SOURCE = "appsrc name={} is-live=true format=time max-bytes=8000000 leaky-type=downstream ! {} name=pay{}"
PAYLOADERS = {"video/x-h264": "h264parse ! rtph264pay config-interval=-1", "audio/x-opus": "opusparse ! rtpopuspay",
              "video/x-h265": "h265parse ! rtph265pay config-interval=-1",
              "audio/mpeg, mpegversion=(int)4": "aacparse ! rtpmp4gpay",
              "audio/mpeg, mpegversion=(int)1": "mpegaudioparse ! rtpmpapay"}
tracks = {}  # of the publisher: by the name of the pad, its payloader
has_tracks = threading.Event()


def on_pad_added(server, pad):
    name, caps = pad.get_name(), pad.query_caps()
    payloader = next((PAYLOADERS[one] for one in PAYLOADERS if caps.can_intersect(Gst.caps_from_string(one))), None)
    if payloader:
        tracks[name] = payloader
    sink = Gst.ElementFactory.make("appsink")
    for key, value in ("emit-signals", True), ("async", False), ("max-buffers", 1):
        sink.set_property(key, value)
    sink.connect("new-sample", on_sample, name)
    pipeline.add(sink)
    pad.link(sink.get_static_pad("sink"))
    sink.sync_state_with_parent()
    print(f"{name}: {payloader or 'left out, ' + caps.to_string()}", flush=True)


# The two pipelines have the same clock, and started at different times.
def on_sample(sink, name):
    sample = sink.emit("pull-sample")
    source = factory.sources.get(name)
    if source and source.get_base_time():
        buffer = sample.get_buffer().copy()
        shift = sink.get_base_time() - source.get_base_time()
        to_running_time = sample.get_segment().to_running_time
        if buffer.dts != Gst.CLOCK_TIME_NONE:
            buffer.dts = max(0, to_running_time(Gst.Format.TIME, buffer.dts) + shift)
        buffer.pts = max(0, to_running_time(Gst.Format.TIME, buffer.pts) + shift)
        source.emit("push-sample", Gst.Sample.new(buffer, sample.get_caps(), None, None))
    return Gst.FlowReturn.OK


class Factory(GstRtspServer.RTSPMediaFactory):
    """Makes the pipeline of the viewers."""

    sources = {}

    def do_create_element(self, url):
        if not has_tracks.wait(PATIENCE):
            return None
        names = [name for name in ("video_0_0", "audio_0_0") if name in tracks]
        parts = [SOURCE.format(name, tracks[name], number) for number, name in enumerate(names)]
        media = Gst.parse_launch("( " + " ".join(parts) + " )")
        self.sources = {name: media.get_by_name(name) for name in names}
        print("viewers: " + " ".join(names), flush=True)
        return media


parser = argparse.ArgumentParser(description="Passes a publisher on to RTSP viewers.")
parser.add_argument("--port", type=int, default=1935, help="to listen on for publishers; 0: a free one")
parser.add_argument("--rtsp-port", default="8554", help="the same for viewers of rtsp://HOST:PORT/live")
options = parser.parse_args()
Gst.init(None)
loop, factory = GLib.MainLoop(), Factory(shared=True)
viewers = GstRtspServer.RTSPServer(service=options.rtsp_port)
viewers.get_mount_points().add_factory("/live", factory)
viewers.get_thread_pool().set_max_threads(-1)  # one who waits holds no other
pipeline, server = Gst.Pipeline(), Gst.ElementFactory.make("rtmp2serverbin")
server.set_property("port", options.port)
server.set_property("keep-listening", True)
server.connect("pad-added", on_pad_added)
server.connect("no-more-pads", lambda server: has_tracks.set())
pipeline.add(server)
pipeline.use_clock(Gst.SystemClock.obtain())
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::error", lambda bus, message: sys.exit(message.parse_error()[0].message))
if viewers.attach(None) == 0:
    sys.exit(f"port {options.rtsp_port} is taken")
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
    print(f"viewers on port {viewers.get_bound_port()}", flush=True)
    print(f"listening on port {server.get_property('current-port')}", flush=True)
loop.run()
pipeline.set_state(Gst.State.NULL)
