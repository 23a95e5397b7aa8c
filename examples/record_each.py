#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records each publisher that comes to one port to an MP4 of its own. record-each.cpp is the same in C++.

A "door" takes every application and stream key, and lets nobody stay: for who comes to it, client-connecting
starts a pipeline that takes that very application and key. It says more than the door does, so the publisher goes
there. Who comes while that one is recorded is looked at by the door, too, and then told by the pipeline that
somebody else is publishing; or it takes over, if that one has fallen silent.

H.264 and AAC are recorded; what is of another kind is left out.
"""
import argparse
import os
import re
import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

SECONDS_TO_FINISH = 10

# The queues have room for six seconds: so long flvdemux waits for a second stream before it says that there is none.
RECORDING = """
  rtmp2serversrc name=src ! flvdemux name=demux  mp4mux name=mux ! filesink name=file
  demux.video ! queue name=video max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0
    ! h264parse name=video-parser
  demux.audio ! queue name=audio max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0
    ! aacparse name=audio-parser
"""


class Recorder:
    def __init__(self, options):
        self.options = options
        self.loop = GLib.MainLoop()
        self.lock = threading.Lock()  # guards the two below: clients come in threads of their own
        self.recordings = {}  # pipeline: file, and the application and key that it is for
        self.stopping = False
        self.failed = False
        self.door_pipeline = Gst.parse_launch("rtmp2serversrc name=src keep-listening=true ! fakesink")
        self.door = self.door_pipeline.get_by_name("src")
        self.configure(self.door, options.port)
        self.door.connect("client-connecting", self.on_client_connecting)

    def configure(self, src, port):
        src.set_property("port", port)
        src.set_property("certificate-file", self.options.certificate)
        src.set_property("private-key-file", self.options.private_key)

    def run(self):
        if not start(self.door_pipeline):
            return 1
        print("listening on port", self.door.get_property("current-port"), flush=True)
        for number in signal.SIGINT, signal.SIGTERM:
            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, self.on_signal)
        self.loop.run()
        self.door_pipeline.set_state(Gst.State.NULL)
        return 1 if self.failed else 0

    # Runs in a thread of the client, and may take its time: the client has not been answered yet.
    def on_client_connecting(self, door, client):
        application = client.get_string("application")
        key = client.get_string("stream-key")
        # Bytes that are not UTF-8 arrive here as U+FFFD. A pipeline with that name would not match the client.
        if not (application + key).isascii() or (self.options.key and key not in self.options.key):
            return False
        with self.lock:
            return not self.stopping and self.record(application, key)

    def record(self, application, key):
        file = self.new_file(application, key)
        pipeline = Gst.parse_launch(RECORDING)
        src = pipeline.get_by_name("src")
        self.configure(src, self.door.get_property("current-port"))
        src.set_property("application", application)
        src.set_property("stream-key", key)
        pipeline.get_by_name("file").set_property("location", file)
        # The muxer must know all its tracks before it gets anything.
        held = []
        for name in "video", "audio":
            pad = pipeline.get_by_name(name).get_static_pad("src")
            held.append((pad, pad.add_probe(Gst.PadProbeType.BLOCK_DOWNSTREAM, lambda *_: Gst.PadProbeReturn.OK)))
        pipeline.get_by_name("demux").connect("no-more-pads", self.on_streams_known, pipeline, held)
        src.get_static_pad("src").add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_event, pipeline)
        # Once it is started the publisher goes there. It does not start where one of that name records already, and
        # goes on: the publisher goes to that one.
        is_recorded = (application, key) in [name for _, name in self.recordings.values()]
        if not start(pipeline, quiet=is_recorded):
            os.remove(file)
            return is_recorded
        print("recording", file, flush=True)
        self.recordings[pipeline] = file, (application, key)
        pipeline.get_bus().add_watch(GLib.PRIORITY_DEFAULT, self.on_message, pipeline)
        return True

    # No publisher chooses a path: letters, digits, "_" and "-" are taken of what it says, and a number makes
    # the file one that was not there.
    def new_file(self, application, key):
        name = "-".join(re.sub(r"[^A-Za-z0-9_-]", "", text)[:64] for text in (application, key))
        number = 1
        while True:
            file = os.path.join(self.options.folder, f"{name}-{number}.mp4")
            try:
                os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
                return file
            except FileExistsError:
                number += 1

    # In the streaming thread.
    def on_streams_known(self, demux, pipeline, held):
        for name in streams_of(pipeline):
            pipeline.get_by_name(name + "-parser").link(pipeline.get_by_name("mux"))
        for pad, probe in held:
            pad.remove_probe(probe)

    # In the streaming thread, too. Of a publisher that sent nothing, no EOS reaches the file, which would tell of it.
    def on_event(self, pad, info, pipeline):
        if info.get_event().type == Gst.EventType.EOS and not streams_of(pipeline):
            pipeline.post_message(Gst.Message.new_eos(pipeline))
        return Gst.PadProbeReturn.OK

    # In the main thread, as all that follows.
    def on_message(self, bus, message, pipeline):
        if message.type == Gst.MessageType.EOS:
            return self.finish(pipeline, "finished")
        if message.type == Gst.MessageType.ERROR:
            return self.finish(pipeline, "broken off, " + message.parse_error()[0].message)
        return True

    def finish(self, pipeline, how):
        pipeline.set_state(Gst.State.NULL)
        with self.lock:
            file, _ = self.recordings.pop(pipeline)
            done = self.stopping and not self.recordings
        if os.path.getsize(file) == 0:
            os.remove(file)
        print(f"{how}: {file}", flush=True)
        if done:
            self.loop.quit()
        return False

    # Every file gets its end, as if its publisher had stopped. A second Ctrl-C ends the program at once.
    def on_signal(self):
        with self.lock:
            self.stopping = True
            recordings = list(self.recordings)
        for pipeline in recordings:
            pipeline.send_event(Gst.Event.new_eos())
        if not recordings:
            self.loop.quit()
        GLib.timeout_add_seconds(SECONDS_TO_FINISH, self.on_timeout)
        return False

    def on_timeout(self):
        print(f"not finished in {SECONDS_TO_FINISH} seconds", file=sys.stderr)
        self.failed = True
        self.loop.quit()
        return False


def streams_of(pipeline):
    return [name for name in ("video", "audio") if pipeline.get_by_name(name).get_static_pad("sink").is_linked()]


def start(pipeline, quiet=False):
    if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
        return True
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    if not quiet:
        print(message.parse_error()[0].message, file=sys.stderr, flush=True)
    pipeline.set_state(Gst.State.NULL)
    return False


def main():
    parser = argparse.ArgumentParser(description="Records each publisher to an MP4 of its own.")
    parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
    parser.add_argument("--folder", default=".", help="for the recordings; must be there")
    parser.add_argument("--key", action="append", help="stream key that may publish; again for more (default: any)")
    parser.add_argument("--certificate", help="PEM file: publishers must use RTMPS then")
    parser.add_argument("--private-key", help="PEM file, if it is not in the certificate's")
    options = parser.parse_args()
    Gst.init(None)
    try:
        Gst.parse_launch(RECORDING)
    except GLib.Error as error:  # a plugin is missing
        print(error.message, file=sys.stderr)
        return 1
    return Recorder(options).run()


if __name__ == "__main__":
    sys.exit(main())
