#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""flvdemux loses AAC frames behind an onMetaData that names the sampling rate again, here 48,000 Hz.

A publisher may repeat its metadata, as flvmux does, while the AAC configuration comes once, at the beginning. The header of
an AAC tag says 44,100 Hz whatever the rate is; the configuration and the metadata say the real one. Each of the six frames
of this stream should leave flvdemux. Exits with 1 if one is lost."""

import struct
import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def tag(kind, time, body):
    header = bytes([kind]) + len(body).to_bytes(3, "big") + time.to_bytes(3, "big") + bytes(4)
    return header + body + (11 + len(body)).to_bytes(4, "big")


def metadata(time):
    number = b"\0\x0faudiosamplerate\0" + struct.pack(">d", 48000)
    return tag(18, time, b"\x02\0\x0aonMetaData\x08\0\0\0\x01" + number + b"\0\0\x09")


def frames(time):
    return b"".join(tag(8, time + 21 * i, b"\xaf\x01frame") for i in range(3))


STREAM = (
    b"FLV\x01\x04\0\0\0\x09\0\0\0\0"  # audio alone
    + metadata(0)
    + tag(8, 0, b"\xaf\0\x11\x90")  # AAC, 48 kHz, two channels
    + frames(0)
    + metadata(63)
    + frames(63)
)

Gst.init(None)
with tempfile.NamedTemporaryFile(suffix=".flv") as file:
    file.write(STREAM)
    file.flush()
    pipeline = Gst.parse_launch(f"filesrc location={file.name} ! queue ! flvdemux ! fakesink name=sink")
    came = []
    probe = Gst.PadProbeType.BUFFER
    sink = pipeline.get_by_name("sink").get_static_pad("sink")
    sink.add_probe(probe, lambda _pad, info: came.append(info.get_buffer().pts) or Gst.PadProbeReturn.OK)
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)

print(f"{Gst.version_string()}: {len(came)} of 6 frames")
sys.exit(len(came) != 6)
