#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""flvdemux takes the MultichannelConfig of Enhanced RTMP for audio, and pushes it downstream.

MultichannelConfig is packet type 4 of an audio tag; it says which speaker has which channel, as FFmpeg 9 does for AAC 5.1.
Exactly the three coded frames should leave flvdemux. Exits with 1 if anything else does, and with 77 if this flvdemux
does not know Enhanced RTMP's AAC."""

import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def tag(time, body):
    header = b"\x08" + len(body).to_bytes(3, "big") + time.to_bytes(3, "big") + bytes(4)
    return header + body + (11 + len(body)).to_bytes(4, "big")


SEQUENCE_START, CODED_FRAMES, MULTICHANNEL_CONFIG = b"\x90mp4a", b"\x91mp4a", b"\x94mp4a"
FRAMES = [b"first", b"second", b"third"]
STREAM = (
    b"FLV\x01\x04\0\0\0\x09\0\0\0\0"  # audio alone
    + tag(0, SEQUENCE_START + b"\x11\xb0")  # AAC, 48 kHz, six channels
    + tag(0, MULTICHANNEL_CONFIG + b"\x01\x06\0\0\0\x3f")  # native order, six channels, which
    + b"".join(tag(21 * i, CODED_FRAMES + frame) for i, frame in enumerate(FRAMES))
)

Gst.init(None)
with tempfile.NamedTemporaryFile(suffix=".flv") as file:
    file.write(STREAM)
    file.flush()
    pipeline = Gst.parse_launch(f"filesrc location={file.name} ! queue ! flvdemux ! fakesink name=sink")
    came = []

    def note(_pad, info):
        buffer = info.get_buffer()
        came.append(buffer.extract_dup(0, buffer.get_size()))
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("sink").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, note)
    pipeline.set_state(Gst.State.PLAYING)
    end = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)

if not came and end and end.type == Gst.MessageType.ERROR:
    print(f"{Gst.version_string()}: {end.parse_error().gerror.message}")
    sys.exit(77)
print(f"{Gst.version_string()}: {came}")
sys.exit(came != FRAMES)
