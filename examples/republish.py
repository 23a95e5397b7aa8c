#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passes a publisher on to other RTMP servers, as it is: any codecs, any tracks, and nothing is encoded.

Each server has a queue and a connection of its own. One that is absent, closes, or takes less than comes is left, and
tried again from a later key frame on. Neither the publisher nor the other servers notice. A publisher that comes back
within some seconds goes on in the same connections. The paths of URLs have keys, so they are not printed.
"""
import argparse
import signal
import sys
import threading
import time
from urllib.parse import urlsplit

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

SECONDS_TO_RETRY = 2
SECONDS_OF_SILENCE = 10  # then the servers are told that the stream is over
MOST_QUEUED = 16 << 20  # bytes that a server may be behind
MOST_HEADERS = 64


class Server:
    def __init__(self, url):
        self.url, self.name = url, urlsplit(url).netloc.rpartition("@")[2]
        self.pipeline, self.retry_at = None, 0

    def push(self, tag):
        failure = self.pipeline and self.failure()
        if failure:
            print(f"{self.name}: {failure}", flush=True)
            self.retry_at = time.monotonic() + SECONDS_TO_RETRY
            self.leave(at_once=True)
        can_begin = not tag.has_flags(Gst.BufferFlags.DELTA_UNIT)
        if not self.pipeline and can_begin and time.monotonic() >= self.retry_at:
            print(f"{self.name}: begins", flush=True)
            self.pipeline = Gst.parse_launch("appsrc name=src caps=video/x-flv format=time max-bytes=0 ! "
                                             "rtmp2sink name=sink sync=false")
            self.src = self.pipeline.get_by_name("src")
            self.pipeline.get_by_name("sink").set_property("location", self.url)
            self.pipeline.set_state(Gst.State.PLAYING)
            for header in headers.values():
                self.src.emit("push-buffer", header)
        if self.pipeline:
            self.src.emit("push-buffer", tag)

    def failure(self):
        message = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        if message:
            return message.parse_error()[0].message
        return "It is too slow." if self.src.get_property("current-level-bytes") > MOST_QUEUED else None

    def leave(self, at_once=False):
        if self.pipeline:
            threading.Thread(target=end, args=(self.pipeline, self.src, at_once)).start()
            self.pipeline = None


def end(pipeline, src, at_once):
    if not at_once:
        src.emit("end-of-stream")
        pipeline.get_bus().timed_pop_filtered(2 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)


def header_kind(tag):
    """Metadata and decoder configurations, which a server needs first, have a kind; all other tags have none."""
    head = tag.extract_dup(0, 32)
    body, video = head[11:], head[0] == 9
    if head[0] == 18:
        return "metadata" if b"onMetaData" in body else None
    if body[0] & 0x80 if video else body[0] >> 4 == 9:  # Enhanced RTMP
        is_multitrack = body[0] & 15 == (6 if video else 5)
        return (video, body[:7]) if body[is_multitrack] & 15 in (0, 4) else None
    return video if body[1] == 0 and (body[0] & 15 in (7, 12) if video else body[0] >> 4 == 10) else None


def on_tag(sink):
    """In the streaming thread of the source."""
    global last_tag
    tag = sink.emit("pull-sample").get_buffer()
    if tag.extract_dup(0, 3) == b"FLV":  # the header of a file
        return Gst.FlowReturn.OK
    with lock:
        if tag.has_flags(Gst.BufferFlags.DISCONT):  # another publisher
            headers.clear()
        for server in servers:
            server.push(tag)
        kind = header_kind(tag)
        if kind is not None and len(headers) < MOST_HEADERS:
            headers[kind] = tag
        last_tag = time.monotonic()
    return Gst.FlowReturn.OK


def leave_if_silent(for_seconds=SECONDS_OF_SILENCE):
    with lock:
        for server in servers:
            if time.monotonic() - last_tag >= for_seconds:
                server.leave()
    return True


parser = argparse.ArgumentParser(description="Passes a publisher on to other RTMP servers.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
parser.add_argument("--key", help="stream key that the publisher must give (default: any)")
parser.add_argument("urls", nargs="+", metavar="URL", help="to publish to")
options = parser.parse_args()
Gst.init(None)
servers, headers, last_tag, lock = [Server(url) for url in options.urls], {}, 0, threading.Lock()
pipeline = Gst.parse_launch(f"rtmp2serversrc name=src port={options.port} keep-listening=true ! "
                            "appsink name=sink sync=false emit-signals=true")
source, loop = pipeline.get_by_name("src"), GLib.MainLoop()
source.set_property("stream-key", options.key)
pipeline.get_by_name("sink").connect("new-sample", on_tag)
pipeline.get_bus().add_signal_watch()  # messages that nobody takes would stay
if pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
    sys.exit(pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()[0].message)
print(f"listening on port {source.get_property('current-port')}", flush=True)
GLib.timeout_add_seconds(1, leave_if_silent)
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
loop.run()
pipeline.set_state(Gst.State.NULL)
leave_if_silent(for_seconds=0)
