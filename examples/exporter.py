#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One of several ingests: it tells over HTTP how it is, and registers with SRS's proxy if there is one.

/healthz answers 503 if it should be started again, /availability while it is full or drained, and else 200. /metrics is
for Prometheus.

SIGTERM drains it: nobody new comes in, and it ends when the last publisher has left. After --grace seconds the others
are asked to connect again. Metrics name a stream by the SHA-256 of "application/key", which may be secret.
"""
import argparse
import hashlib
import http.server
import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
import warnings

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)  # of GObject.ValueArray
TOTALS = {  # of the statistics, by the name of the metric
    "rtmp_accepted_total": "accepted", "rtmp_rejected_total": "rejected", "rtmp_connections": "port-connections",
    "rtmp_connections_accepted_total": "port-accepted", "rtmp_connections_refused_total": "port-refused"}
OF_EACH = {  # publisher
    "rtmp_publisher_bytes_total": "in-bytes-total", "rtmp_publisher_bits_per_second": "bitrate",
    "rtmp_publisher_frames_per_second": "measured-framerate", "rtmp_publisher_queue_bytes": "queue-bytes",
    "rtmp_publisher_clock_corrections_total": "clock-corrections"}


def publishers_of(stats):
    array = stats.get_array("publishers").array
    publishers = [array.get_nth(i).copy() for i in range(array.n_values)]  # the array owns what it returns
    return [publisher for publisher in publishers if publisher.get_value("publishing")]


def metrics():
    stats = bin.get_property("stats")
    values = {name: {"": stats.get_value(field)} for name, field in TOTALS.items()}
    values |= {"rtmp_available": {"": int(is_available())}, "rtmp_publishers": {"": len(publishers_of(stats))}}
    values |= {name: {} for name in OF_EACH}
    for publisher in publishers_of(stats):
        name = f"{publisher.get_value('application')}/{publisher.get_value('stream-key')}"
        label = f'{{stream="{hashlib.sha256(name.encode()).hexdigest()[:12]}"}}'
        for metric, field in OF_EACH.items():
            values[metric][label] = publisher.get_value(field)
    return "".join(f"# TYPE {metric} {'counter' if metric.endswith('_total') else 'gauge'}\n" +
                   "".join(f"{metric}{label} {value}\n" for label, value in samples.items())
                   for metric, samples in values.items())


def is_healthy():
    return time.monotonic() - last_beat < 10


def is_available():
    count = len(publishers_of(bin.get_property("stats")))
    return is_healthy() and bin.get_property("accepting") and count < options.max_publishers


class Pages(http.server.BaseHTTPRequestHandler):
    timeout = 10  # seconds, for a client that says nothing
    log_request = lambda *_: None  # noqa: E731
    def do_GET(self):
        pages = {"/healthz": is_healthy, "/availability": is_available, "/metrics": metrics}
        answer = pages.get(self.path, lambda: None)()
        self.send_response(404 if answer is None else 200 if answer else 503)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(answer.encode() if isinstance(answer, str) else b"")


def register():
    """In a thread of its own, while it is available: the proxy forgets a server that it does not hear of."""
    form = {"device_id": socket.gethostname(), "server": socket.gethostname(), "service": f"{time.time():.0f}",
            "pid": str(os.getpid()), "ip": options.address, "rtmp": [str(bin.get_property("current-port"))]}
    request = urllib.request.Request(options.srs_proxy + "/api/v1/srs/register", json.dumps(form).encode(),
                                     {"Content-Type": "application/json"})
    while True:
        try:
            if is_available():
                urllib.request.urlopen(request, timeout=5).close()
        except Exception as error:
            print(f"not registered: {error}", flush=True)
        time.sleep(9)  # as SRS does


def add_sink(bin, pad):
    sink = Gst.parse_launch("fakesink sync=false async=false")  # what is to be done with the stream
    pipeline.add(sink)
    pad.link(sink.get_static_pad("sink"))
    sink.sync_state_with_parent()
    pad.connect("unlinked", remove_sink, sink)


def remove_sink(pad, peer, sink):
    sink.set_state(Gst.State.NULL)
    pipeline.remove(sink)


def beat():
    global last_beat
    last_beat = time.monotonic()
    if not (bin.get_property("accepting") or publishers_of(bin.get_property("stats"))):
        loop.quit()
    return True


def drain():
    bin.set_property("accepting", False)
    GLib.timeout_add_seconds(options.grace, lambda: bin.emit("request-reconnect", None) and False)


parser = argparse.ArgumentParser(description="One of several ingests.")
parser.add_argument("--port", type=int, default=1935, help="to listen on; 0: a free one")
parser.add_argument("--http-port", type=int, default=9535, help="of the pages above; 0: a free one")
parser.add_argument("--max-publishers", type=int, default=100, help="from which on it is full; at least 2")
parser.add_argument("--grace", type=int, default=3600, help="seconds that publishers may stay when it is to end")
parser.add_argument("--set", default="", metavar="SETTINGS", help="of the bin, such as trusted-networks=10.0.0.0/8")
parser.add_argument("--srs-proxy", metavar="URL", help="system API of SRS's proxy, such as http://10.0.0.1:12025")
parser.add_argument("--address", default="127.0.0.1", help="IP address at which it finds this server")
options = parser.parse_args()
Gst.init(None)
loop, pipeline, last_beat = GLib.MainLoop(), Gst.Pipeline(), time.monotonic()
of_bin = f"port={options.port} max-publishers={max(2, options.max_publishers)} isolate-errors=true {options.set}"
bin = Gst.parse_launch("rtmp2serverbin " + of_bin)
bin.connect("pad-added", add_sink)
pipeline.add(bin)
pipeline.get_bus().add_signal_watch()  # messages that nobody takes would stay
if pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
    sys.exit(pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()[0].message)
pages = http.server.ThreadingHTTPServer(("", options.http_port), Pages)
pages.daemon_threads = False  # server_close() waits for them
print(f"http on port {pages.server_address[1]}\nlistening on port {bin.get_property('current-port')}", flush=True)
threading.Thread(target=pages.serve_forever, daemon=True).start()
if options.srs_proxy:
    threading.Thread(target=register, daemon=True).start()
GLib.timeout_add_seconds(1, beat)  # in the main thread, which works then
for number, handler in (signal.SIGTERM, drain), (signal.SIGINT, loop.quit):
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, handler)
loop.run()
pages.shutdown()
pages.server_close()  # else Python may crash, which does not end well with a thread that asks the bin
pipeline.set_state(Gst.State.NULL)
