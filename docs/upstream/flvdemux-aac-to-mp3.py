#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""flvdemux hands on MP3 with the caps of the AAC in front of it, if metadata announces the MP3.

The audio of an FLV stream may change its codec, as where another publisher goes on with the stream; onMetaData says so
first, and then each tag does. Exits with 1 if the last frame, of MP3, has not the caps of MP3."""

import struct
import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def tag(kind, time, body):
    header = bytes([kind]) + len(body).to_bytes(3, "big") + time.to_bytes(3, "big") + bytes(4)
    return header + body + (11 + len(body)).to_bytes(4, "big")


STREAM = (
    b"FLV\x01\x04\0\0\0\x09\0\0\0\0"  # audio alone
    + tag(8, 0, b"\xaf\0\x12\x10")  # AAC, 44.1 kHz, two channels
    + tag(8, 0, b"\xaf\x01frame of AAC")
    + tag(18, 23, b"\x02\0\x0aonMetaData\x08\0\0\0\x01\0\x0caudiocodecid\0" + struct.pack(">d", 2) + b"\0\0\x09")
    + tag(8, 23, b"\x2fframe of MP3")
)

Gst.init(None)
with tempfile.NamedTemporaryFile(suffix=".flv") as file:
    file.write(STREAM)
    file.flush()
    pipeline = Gst.parse_launch(f"filesrc location={file.name} ! queue ! flvdemux ! fakesink name=sink")
    came = []

    def note(pad, _info):
        came.append(pad.get_current_caps().get_structure(0).get_int("mpegversion").value)
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("sink").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, note)
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)

print(f"{Gst.version_string()}: mpegversion {came}; 4 is that of AAC, 1 is that of MP3")
sys.exit(came != [4, 1])
