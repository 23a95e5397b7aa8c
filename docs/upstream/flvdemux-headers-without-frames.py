#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""flvdemux hangs at the end of a stream that has configurations and no frame.

A publisher that ends right after its headers sends such a stream. The pipeline should end, by EOS or by an error. Exits
with 1 if it has not after ten seconds."""

import os
import tempfile

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def tag(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + bytes(7) + body + (11 + len(body)).to_bytes(4, "big")


STREAM = (
    b"FLV\x01\x05\0\0\0\x09\0\0\0\0"  # audio and video
    + tag(9, b"\x17\0\0\0\0\x01\x64\0\x1f\xff\xe0\0")  # H.264 without parameter sets
    + tag(8, b"\xaf\0\x12\x10")  # AAC, 44.1 kHz, two channels
)

Gst.init(None)
with tempfile.NamedTemporaryFile(suffix=".flv") as file:
    file.write(STREAM)
    file.flush()
    pipeline = Gst.parse_launch(
        f"filesrc location={file.name} ! queue ! flvdemux name=d d.video ! queue ! fakesink d.audio ! queue ! fakesink"
    )
    pipeline.set_state(Gst.State.PLAYING)
    end = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    print(f"{Gst.version_string()}: {end.type.first_value_nick if end else 'neither EOS nor an error'}", flush=True)
    if not end:
        file.close()
        os._exit(1)  # the pipeline cannot be stopped
    pipeline.set_state(Gst.State.NULL)
