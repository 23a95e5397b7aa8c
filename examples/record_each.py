#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records each publisher that comes to one port to Matroska files. record-each.cpp is the same in C++.

A "door" takes every application and stream key, and lets nobody stay: for who comes to it, client-connecting
starts a pipeline that takes that very application and key. It says more than the door does, so the publisher goes
there. Who comes while that one is recorded is looked at by the door, too, and then told by the pipeline that
somebody else is publishing; or it takes over, if that one has fallen silent.

All tracks are recorded, whatever their codecs, if Matroska can hold them. A file has one format of each: when a track
changes its codec, size or rate, comes or goes, another file begins. A file that is broken off plays up to there.
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
PUBLISHER = "rtmp2serversrc name=src ! eflvdemux name=demux"
FILE = "matroskamux name=mux ! filesink name=sink async=false"
SILENCE = 5 * Gst.SECOND
QUEUE = "queue max-size-time=10000000000 max-size-bytes=0 max-size-buffers=0"


class Recording:
    """A pipeline for one publisher. All of this runs in its streaming thread, which the pads of the demuxer share."""

    def __init__(self, new_file):
        self.new_file = new_file  # makes one, and returns its name
        self.file = self.bin = None
        self.tracks = {}  # of the file: by pad, its caps, and the time of its last frame
        self.file_ended = threading.Event()
        self.pipeline = Gst.parse_launch(PUBLISHER)
        self.src = self.pipeline.get_by_name("src")
        self.demux = self.pipeline.get_by_name("demux")
        self.demux.connect("pad-added", self.on_pad_added)
        self.src.get_static_pad("src").add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_event, self.on_end)

    def on_pad_added(self, demux, pad):
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_track_event)
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_frame)

    # A file has no other caps than its first ones, which come again where a pad is linked. It goes on without a track
    # that is silent, for which matroskamux (1.22) would wait.
    def on_track_event(self, pad, info):
        event = info.get_event()
        caps, last = self.tracks.get(pad, (None, None))
        if caps and event.type == Gst.EventType.CAPS and not caps.is_equal(event.parse_caps()):
            self.end_file()
        if caps and event.type == Gst.EventType.GAP and sum(event.parse_gap()) > last + SILENCE:
            self.end_track(pad)
        return Gst.PadProbeReturn.OK

    def on_frame(self, pad, info):
        time = info.get_buffer().dts
        if pad not in self.tracks:
            self.end_file()
            self.begin_file(time)
        self.tracks[pad][1] = time
        return Gst.PadProbeReturn.OK

    def begin_file(self, time):
        self.file = self.new_file()
        self.bin = Gst.parse_bin_from_description(FILE, False)
        sink = self.bin.get_by_name("sink")
        sink.set_property("location", self.file)
        self.file_ended.clear()
        sink.get_static_pad("sink").add_probe(
            Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_event, self.file_ended.set)
        self.pipeline.add(self.bin)
        for pad in self.demux.srcpads:
            self.tracks[pad] = [pad.get_current_caps(), time]
            queue = Gst.parse_launch(QUEUE)
            self.bin.add(queue)
            entry = Gst.GhostPad.new(pad.name, queue.get_static_pad("sink"))
            self.bin.add_pad(entry)
            pad.link(entry)
            if not queue.link(self.bin.get_by_name("mux")):
                pad.unlink(entry)
                say(f"left out: {self.tracks[pad][0].get_structure(0).get_name()}")
        self.bin.sync_state_with_parent()

    def end_track(self, pad):
        del self.tracks[pad]
        entry = pad.get_peer()
        if entry:
            pad.unlink(entry)
            entry.send_event(Gst.Event.new_eos())

    def end_file(self):
        if self.bin:
            for pad in list(self.tracks):
                self.end_track(pad)
            self.file_ended.wait(SECONDS_TO_FINISH)
            self.bin.set_state(Gst.State.NULL)
            self.pipeline.remove(self.bin)
            self.bin = None
            say(f"finished: {self.file}")

    def on_end(self):
        self.end_file()
        self.pipeline.post_message(Gst.Message.new_eos(self.pipeline))

    # EOS goes no further: the end of one file is not the end of the pipeline.
    def on_event(self, pad, info, at_eos):
        if info.get_event().type != Gst.EventType.EOS:
            return Gst.PadProbeReturn.OK
        at_eos()
        return Gst.PadProbeReturn.DROP


class Recorder:
    def __init__(self, options):
        self.options = options
        self.loop = GLib.MainLoop()
        self.lock = threading.Lock()  # guards the two below: clients come in threads of their own
        self.recordings = {}  # and the application and key that each is for
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
        say(f"listening on port {self.door.get_property('current-port')}")
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
        recording = Recording(lambda: self.new_file(application, key))
        self.configure(recording.src, self.door.get_property("current-port"))
        recording.src.set_property("application", application)
        recording.src.set_property("stream-key", key)
        # Once it is started the publisher goes there. It does not start where one of that name records already, and
        # goes on: the publisher goes to that one.
        is_recorded = (application, key) in self.recordings.values()
        if not start(recording.pipeline, quiet=is_recorded):
            return is_recorded
        self.recordings[recording] = application, key
        recording.pipeline.get_bus().add_watch(GLib.PRIORITY_DEFAULT, self.on_message, recording)
        return True

    # No publisher chooses a path: letters, digits, "_" and "-" are taken of what it says, and a number makes
    # the file one that was not there.
    def new_file(self, application, key):
        name = "-".join(re.sub(r"[^A-Za-z0-9_-]", "", text)[:64] for text in (application, key))
        number = 1
        while True:
            file = os.path.join(self.options.folder, f"{name}-{number}.mkv")
            try:
                os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
                say(f"recording {file}")
                return file
            except FileExistsError:
                number += 1
            except OSError as error:
                print(error, file=sys.stderr, flush=True)
                return ""

    # In the main thread, as all that follows.
    def on_message(self, bus, message, recording):
        if message.type not in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
            return True
        recording.pipeline.set_state(Gst.State.NULL)
        with self.lock:
            application, key = self.recordings.pop(recording)
            done = self.stopping and not self.recordings
        if message.type == Gst.MessageType.ERROR:
            say(f"broken off, {message.parse_error()[0].message}: {recording.file}")
        say(f"left: {application}/{key}")
        if done:
            self.loop.quit()
        return False

    # Every file gets its end, as if its publisher had stopped. A second Ctrl-C ends the program at once.
    def on_signal(self):
        with self.lock:
            self.stopping = True
            recordings = list(self.recordings)
        for recording in recordings:
            recording.pipeline.send_event(Gst.Event.new_eos())
        if not recordings:
            self.loop.quit()
        GLib.timeout_add_seconds(SECONDS_TO_FINISH, self.on_timeout)
        return False

    def on_timeout(self):
        print(f"not finished in {SECONDS_TO_FINISH} seconds", file=sys.stderr)
        self.failed = True
        self.loop.quit()
        return False


# Threads say things at the same time, and each in one piece.
def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def start(pipeline, quiet=False):
    if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
        return True
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    if not quiet:
        print(message.parse_error()[0].message, file=sys.stderr, flush=True)
    pipeline.set_state(Gst.State.NULL)
    return False


def main():
    parser = argparse.ArgumentParser(description="Records each publisher to Matroska files.")
    parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
    parser.add_argument("--folder", default=".", help="for the recordings; must be there")
    parser.add_argument("--key", action="append", help="stream key that may publish; again for more (default: any)")
    parser.add_argument("--certificate", help="PEM file: publishers must use RTMPS then")
    parser.add_argument("--private-key", help="PEM file, if it is not in the certificate's")
    options = parser.parse_args()
    Gst.init(None)
    try:
        Gst.parse_launch(PUBLISHER + " " + FILE)
    except GLib.Error as error:  # a plugin is missing
        print(error.message, file=sys.stderr)
        return 1
    return Recorder(options).run()


if __name__ == "__main__":
    sys.exit(main())
