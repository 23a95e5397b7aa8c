#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks an HTTP service or a database whether a publisher may come that gives a token: rtmp://host/live/cam1?token=abc.

The service gets the form that nginx-rtmp sends for on_publish: call, app, name, addr, and what is behind the question
mark. A status of 200 to 299 lets the publisher in. The SQLite file has the table tokens (app, name, sha256); the last
one is the SHA-256 of the token in hexadecimal.

Nobody gets in without a yes. The handler is connected before the bin listens, and the bin calls it for each publisher.
A service that is down, fails, or takes longer than three seconds has not said yes. Stream keys and tokens are not
printed.
"""
import argparse
import hashlib
import http.client
import pathlib
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlencode, urlsplit

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

SECONDS = 3


def ask_service(url, form):
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=SECONDS)
    try:
        # It follows no redirection. The page at its end would answer 200 to everybody.
        connection.request("POST", (parts.path or "/") + (parts.query and "?" + parts.query), urlencode(form),
                           {"Content-Type": "application/x-www-form-urlencoded"})
        return 200 <= connection.getresponse().status < 300
    finally:
        connection.close()


def ask_database(file, form):
    database = sqlite3.connect(pathlib.Path(file).resolve().as_uri() + "?mode=ro", timeout=SECONDS, uri=True)
    try:
        row = form["app"], form["name"], hashlib.sha256(form.get("token", "").encode()).hexdigest()
        found = database.execute("SELECT 1 FROM tokens WHERE app = ? AND name = ? AND sha256 = ?", row)
        return found.fetchone() is not None
    finally:
        database.close()


def is_allowed(bin, client):
    """Runs in a thread of the client, which waits; other clients do not."""
    form = dict(parse_qsl(client.get_string("query")), call="publish", app=client.get_string("application"),
                name=client.get_string("stream-key"), addr=client.get_string("host"))
    if options.service:
        answer = workers.submit(ask_service, options.service, form)
    else:
        answer = workers.submit(ask_database, options.database, form)
    try:
        allowed, why = answer.result(timeout=SECONDS), ""
    except Exception as error:  # no answer is no
        answer.cancel()
        allowed, why = False, f": {type(error).__name__}"
    print("allowed" if allowed else "refused", f"{form['addr']}{why}", flush=True)
    return allowed


def add_sink(bin, pad):
    sink = Gst.parse_launch("fakesink sync=false async=false")  # what is to be done with the stream
    pipeline.add(sink)
    pad.link(sink.get_static_pad("sink"))
    pad.connect("unlinked", remove_sink, sink)
    sink.sync_state_with_parent()


def remove_sink(pad, peer, sink):
    sink.set_state(Gst.State.NULL)
    pipeline.remove(sink)


parser = argparse.ArgumentParser(description="Asks an HTTP service or a database about each publisher.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
place = parser.add_mutually_exclusive_group(required=True)
place.add_argument("--service", metavar="URL", help="to ask, of HTTP or HTTPS")
place.add_argument("--database", metavar="FILE", help="to look in, of SQLite")
options = parser.parse_args()
Gst.init(None)
loop, pipeline = GLib.MainLoop(), Gst.Pipeline()
workers = ThreadPoolExecutor(max_workers=64)  # as many as may wait to publish (max-unpublished-connections)
bin = Gst.parse_launch(f"rtmp2serverbin port={options.port} max-publishers=0 isolate-errors=true")
bin.connect("client-connecting", is_allowed)
bin.connect("pad-added", add_sink)
pipeline.add(bin)
pipeline.get_bus().add_signal_watch()  # messages that nobody takes would stay
if pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
    sys.exit(pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()[0].message)
print(f"listening on port {bin.get_property('current-port')}", flush=True)
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
loop.run()
pipeline.set_state(Gst.State.NULL)
