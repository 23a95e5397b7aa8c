#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes HLS of every publisher, and goes on where an encoder comes back. hls.cpp is the same in C++.

The playlist is FOLDER/KEY/live.m3u8 (KEY: the stream key). It goes on behind an EXT-X-DISCONTINUITY with the next
publisher of that key, whatever its size and codec. hlssink2 writes no such mark, so this has splitmuxsink, of which
hlssink2 is made. The picture is passed on as it comes (H.264, or HEVC for players that take it). The sound becomes
AAC of one format, or silence if there is none: a browser takes no sound that begins later.
"""
import argparse
import os
import re
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

SEGMENTS = """splitmuxsink name=segments muxer-factory=mpegtsmux reset-muxer=false max-size-time=2000000000
    audiomixer name=mixer start-time-selection=first ! audioconvert ! avenc_aac ! aacparse name=sound
    appsrc name=silence format=time caps=audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2"""
SOUND = "decodebin ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=2"
QUEUE = "queue max-size-buffers=0 max-size-time=0 max-size-bytes=50000000"
parser = argparse.ArgumentParser(description="Makes HLS of every publisher.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
parser.add_argument("--folder", default=".", help="for a folder of each stream key")
parser.add_argument("--length", type=int, default=10, help="of the playlists, in segments; older ones are removed")
options = parser.parse_args()


# Threads say things at the same time, and each in one piece.
def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Playlist:
    """The newest segments of a stream key, with those of earlier publishers."""

    def __init__(self, folder):
        self.folder, self.segments, self.removed, self.removed_marks, self.longest = folder, [], 0, 0, 1
        self.publishers = 0
        os.makedirs(folder, exist_ok=True)

    def add(self, file, seconds, marked):
        self.segments.append((file, seconds, marked))
        self.longest = max(self.longest, int(seconds + 0.5))
        if len(self.segments) > options.length:
            oldest, _, was_marked = self.segments.pop(0)
            os.remove(oldest)
            self.removed, self.removed_marks = self.removed + 1, self.removed_marks + was_marked
        self.write([])
        say(f"{self.folder}/live.m3u8: {file}")

    def write(self, end):
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{self.longest}",
                 f"#EXT-X-MEDIA-SEQUENCE:{self.removed}", f"#EXT-X-DISCONTINUITY-SEQUENCE:{self.removed_marks}"]
        for file, seconds, marked in self.segments:
            lines += ["#EXT-X-DISCONTINUITY"] * marked + [f"#EXTINF:{seconds:.3f},", os.path.basename(file)]
        with open(self.folder + "/new.m3u8", "w", encoding="ascii") as new:
            new.write("\n".join(lines + end) + "\n")
        os.replace(self.folder + "/new.m3u8", self.folder + "/live.m3u8")


class Publisher:
    """What follows the pads of one."""

    def __init__(self, number, playlist):
        self.number, self.playlist, self.opened, self.newest = number, playlist, 0, 0
        self.has_picture, self.silent_until = False, None
        playlist.publishers += 1
        self.marked = playlist.publishers > 1
        self.branch = Gst.parse_bin_from_description(SEGMENTS, False)
        self.branch.set_property("async-handling", True)  # what waits for its first frame stops nothing else
        self.segments, self.mixer, self.sound, self.silence = map(
            self.branch.get_by_name, ("segments", "mixer", "sound", "silence"))
        block = Gst.PadProbeType.BLOCK_DOWNSTREAM
        self.sound_waits = self.sound.get_static_pad("src").add_probe(block, lambda pad, info: Gst.PadProbeReturn.OK)
        self.segments.set_property("location", f"{playlist.folder}/{playlist.publishers}-%05d.ts")
        pipeline.add(self.branch)
        self.branch.sync_state_with_parent()

    def add_track(self, pad):
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM | Gst.PadProbeType.BUFFER, self.on_arrival)
        if pad.get_name().startswith("audio"):
            end = self.add(pad, SOUND, self.mixer, "sink_%u")
            end.add_probe(Gst.PadProbeType.QUERY_UPSTREAM, self.on_query)
            GLib.timeout_add(1000, self.add_sound)
        elif self.has_picture:  # another codec in the middle of a stream: it begins anew
            server.emit("disconnect-publisher", self.number, "come-back")
        else:
            self.has_picture = True
            parser = "h265parse" if "h265" in pad.query_caps().to_string() else "h264parse"
            pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM | Gst.PadProbeType.BUFFER, self.on_picture)
            self.silence.link_pads("src", self.mixer, "sink_%u")
            self.add(pad, parser + " config-interval=-1", self.segments, "video")
            self.add_sound()

    def add(self, pad, description, element, name):
        part = Gst.parse_bin_from_description(f"{QUEUE} name=first ! {description} ! identity name=last", False)
        self.branch.add(part)
        part.get_by_name("last").link_pads("src", element, name)
        server.link_pads(pad.get_name(), part.get_by_name("first"), "sink")
        part.sync_state_with_parent()
        return part.get_by_name("last").get_static_pad("src")

    # Behind the picture, if there is one: each segment begins with its tables only if the picture is the first track.
    def add_sound(self):
        waits, self.sound_waits = self.sound_waits, None
        if waits:
            self.sound.link_pads("src", self.segments, "audio_0")
            self.sound.get_static_pad("src").remove_probe(waits)

    # GAP events say that time passes while a publisher stands still. What it sends then is late, and not to be lost: only
    # those count that stand for one track while the other goes on.
    def on_arrival(self, pad, info):
        if info.type & Gst.PadProbeType.BUFFER:
            self.newest = max(self.newest, info.get_buffer().pts)
        elif info.get_event().type == Gst.EventType.GAP and sum(info.get_event().parse_gap()) > self.newest:
            return Gst.PadProbeReturn.DROP
        return Gst.PadProbeReturn.OK

    # The mixer is not to know that this is live, or it goes on with silence as well.
    def on_query(self, pad, info):
        is_latency = info.get_query().type == Gst.QueryType.LATENCY
        return Gst.PadProbeReturn.DROP if is_latency else Gst.PadProbeReturn.OK

    # There is as much silence as there is picture. In front of a queue: the picture waits for the sound.
    def on_picture(self, pad, info):
        if info.type & Gst.PadProbeType.BUFFER:
            segment = pad.get_sticky_event(Gst.EventType.SEGMENT, 0).parse_segment()
            time = segment.to_running_time(Gst.Format.TIME, info.get_buffer().pts)
            if self.silent_until is None:
                self.silent_until = time
            if time > self.silent_until:
                samples = (time - self.silent_until) * 48000 // Gst.SECOND
                silence = Gst.Buffer.new_wrapped(bytes(4 * samples))
                silence.pts, silence.duration = self.silent_until, samples * Gst.SECOND // 48000
                self.silent_until += silence.duration
                self.silence.emit("push-buffer", silence)
        elif info.get_event().type == Gst.EventType.EOS:
            self.silence.emit("end-of-stream")
        return Gst.PadProbeReturn.OK

    # In the main thread, as the playlist is.
    def on_segment(self, content):
        if content.get_name() == "splitmuxsink-fragment-opened":
            self.opened = content.get_value("running-time")
        elif content.get_name() == "splitmuxsink-fragment-closed":
            seconds = (content.get_value("running-time") - self.opened) / Gst.SECOND
            self.playlist.add(content.get_string("location"), seconds, self.marked)
            self.marked = False

    def remove(self):
        del publishers[self.number]
        self.branch.set_state(Gst.State.NULL)
        pipeline.remove(self.branch)


# No publisher chooses a path.
def on_publisher_added(server, structure):
    keys[structure.get_value("number")] = re.sub(r"[^A-Za-z0-9_-]", "", structure.get_string("stream-key")) or "live"


def on_publisher_removed(server, structure):
    keys.pop(structure.get_value("number"))


def on_pad_added(server, pad):
    number = int(pad.get_name().split("_")[1])
    if number not in publishers:
        key = keys[number]
        playlists[key] = playlists.get(key) or Playlist(os.path.join(options.folder, key))
        publishers[number] = Publisher(number, playlists[key])
    publishers[number].add_track(pad)


def publisher_of(element):
    return next((one for one in list(publishers.values()) if element.has_as_ancestor(one.branch)), None)


# The end of a publisher's branch comes within a message of the pipeline, which forwards it.
def on_element(bus, message):
    content = message.get_structure()
    inner = content.get_value("message") if content.get_name() == "GstBinForwarded" else message
    publisher = publisher_of(inner.src)
    if publisher and inner.type == Gst.MessageType.EOS and inner.src == publisher.branch:
        publisher.remove()
    elif publisher and inner.type == Gst.MessageType.ELEMENT:
        publisher.on_segment(inner.get_structure())


def on_error(bus, message):
    say(f"error: {message.parse_error()[0].message}")
    if message.src.has_as_ancestor(server):
        sys.exit(1)
    publisher = publisher_of(message.src)
    if publisher:
        publisher.remove()


# The segments that are being written get their end.
def on_interrupt():
    server.send_event(Gst.Event.new_eos())
    GLib.timeout_add(100, lambda: loop.quit() if not publishers else True)
    GLib.timeout_add_seconds(5, loop.quit)


Gst.init(None)
loop, keys, playlists, publishers, pipeline = GLib.MainLoop(), {}, {}, {}, Gst.Pipeline()
pipeline.set_property("message-forward", True)
server = Gst.ElementFactory.make("rtmp2serverbin")
server.set_property("port", options.port)
server.set_property("max-publishers", 0)
server.set_property("isolate-errors", True)
server.connect("publisher-added", on_publisher_added)
server.connect("publisher-removed", on_publisher_removed)
server.connect("pad-added", on_pad_added)
pipeline.add(server)
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::element", on_element)
pipeline.get_bus().connect("message::error", on_error)
if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
    say(f"listening on port {server.get_property('current-port')}")
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, on_interrupt)
loop.run()
pipeline.set_state(Gst.State.NULL)
for playlist in playlists.values():
    playlist.write(["#EXT-X-ENDLIST"])
