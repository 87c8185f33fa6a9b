#!/usr/bin/env python3
"""Asks our engine and a real Prometheus the same queries over the same data and compares the answers.

usage: differential.py PROMQL_ASK [--seed N] [--generated N] [--show N]
Exit status: 0 the same, 1 an unexplained difference, 77 Prometheus is not installed (skipped)."""
import argparse
import http.client
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import differential_data
import differential_queries
from differential_known import explain

MATCH_ERRORS = ("found duplicate series", "multiple matches for labels", "vector cannot contain metrics")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    def __init__(self, folder, data):
        self.port = free_port()
        with open(f"{folder}/data.om", "w", encoding="utf-8") as f:
            f.write(data)
        with open(f"{folder}/prometheus.yml", "w", encoding="utf-8") as f:
            f.write("global: {}\n")
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", f"{folder}/data.om", f"{folder}/tsdb"],
                       check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
             "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for _ in range(600):  # a minute, on a machine that has other things to do
            try:
                self.connection.request("GET", "/-/ready")
                if (answer := self.connection.getresponse()).read() is not None and answer.status == 200:
                    return
            except OSError:
                self.connection.close()
            time.sleep(0.1)
        raise RuntimeError("Prometheus does not start")

    def ask(self, kind, times, query):
        if kind == "range":
            path, fields = "query_range", {"start": times[0] / 1000, "end": times[1] / 1000, "step": times[2] / 1000}
        else:
            path, fields = "query", {"time": times[0] / 1000}
        body = urllib.parse.urlencode({"query": query, **fields})
        self.connection.request("POST", f"/api/v1/{path}", body, {"Content-Type": "application/x-www-form-urlencoded"})
        return json.loads(self.connection.getresponse().read())

    def version(self):
        self.connection.request("GET", "/api/v1/status/buildinfo")
        return json.loads(self.connection.getresponse().read())["data"]["version"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def ask_ours(program, folder, questions):
    lines = "".join("\t".join([kind, *map(str, times), query.replace("\n", "\r")]) + "\n" for kind, times, query in questions)
    done = subprocess.run([program, f"{folder}/data.om"], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(answers) == len(questions), (len(answers), len(questions))
    return answers


def same_number(a, b):
    x, y = float(a.replace("Inf", "inf")), float(b.replace("Inf", "inf"))
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return x == y or abs(x - y) <= 1e-9 * max(abs(x), abs(y))


def same_points(a, b):
    return len(a) == len(b) and all(p[0] == q[0] and same_number(p[1], q[1]) for p, q in zip(a, b))


def keyed(result):
    return {json.dumps(s["metric"], sort_keys=True): s.get("values") or [s["value"]] for s in result}


def plain_error(text):
    """Which of two duplicates is named first depends on the order of the storage; and 2.42 names the parameter
    in errors of instant queries only, where later versions do in both."""
    return re.sub(r": \[.*\];many", ": [...];many", text.removeprefix('invalid parameter "query": '))


def difference(query, real, ours):
    """None, or a text that says what differs."""
    if real["status"] != ours["status"]:
        return "one fails"
    if real["status"] == "error":
        if plain_error(real["error"]) == plain_error(ours["error"]) and real["errorType"] == ours["errorType"]:
            return None
        if any(m in real["error"] for m in MATCH_ERRORS) and any(m in ours["error"] for m in MATCH_ERRORS):
            return None  # several things are wrong, and which is met first is not defined
        return "error text"
    real, ours = real["data"], ours["data"]
    if real["resultType"] != ours["resultType"]:
        return "type"
    if real["resultType"] == "scalar":
        return None if same_points([real["result"]], [ours["result"]]) else "value"
    if real["resultType"] == "string":
        return None if real["result"] == ours["result"] else "text"
    a, b = keyed(real["result"]), keyed(ours["result"])
    if a.keys() != b.keys():
        return f"series: only Prometheus {sorted(a.keys() - b.keys())[:2]}, only ours {sorted(b.keys() - a.keys())[:2]}"
    for key, points in a.items():
        if not same_points(points, b[key]):
            return f"points of {key}"
    if query.startswith("sort") and real["resultType"] == "vector":
        values = [s["value"][1] for s in real["result"]]
        if len(set(values)) == len(values) and values != [s["value"][1] for s in ours["result"]] and all(
                same_number(x, y) is False for x, y in zip(values, [s["value"][1] for s in ours["result"]])):
            return "order"
    return None


def unequal(real, ours):
    """Pairs of numbers that differ at the same place of two answers."""
    if real["status"] != "success" or ours["status"] != "success" or not isinstance(real["data"]["result"], list):
        return []
    if real["data"]["resultType"] in ("scalar", "string"):
        return [(real["data"]["result"][1], ours["data"]["result"][1])]
    a, b = keyed(real["data"]["result"]), keyed(ours["data"]["result"])
    return [(p[1], q[1]) for key in a.keys() & b.keys() for p, q in zip(a[key], b[key]) if not same_number(p[1], q[1])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--generated", type=int, default=2500)
    parser.add_argument("--show", type=int, default=15)
    options = parser.parse_args()
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        print("skipped: prometheus and promtool are not installed")
        return 77
    folder = tempfile.mkdtemp(prefix="promql-differential-")
    server = None
    try:
        questions = differential_queries.asked(options.seed, options.generated)
        server = Prometheus(folder, differential_data.make(options.seed))
        ours = ask_ours(options.program, folder, questions)
        explained, unexplained, answered, failed = {}, [], 0, 0
        for (kind, times, query), mine in zip(questions, ours):
            real = server.ask(kind, times, query)
            failed += real["status"] == "error"
            answered += real["status"] == "success" and bool(real["data"]["result"])
            what = difference(query, real, mine)
            if what is None:
                continue
            reason = explain(query, real, mine, unequal(real, mine))
            if reason:
                explained.setdefault(reason, []).append(query)
            else:
                unexplained.append((kind, times, query, what, real, mine))
        print(f"Prometheus {server.version()}: {len(questions)} questions, {answered} with an answer that is not empty, "
              f"{failed} errors; {sum(map(len, explained.values()))} differ for a known reason, {len(unexplained)} unexplained")
        if not server.version().startswith("2.42"):
            print("  (the known reasons were written for 2.42; another version may differ elsewhere)")
        for reason, queries in sorted(explained.items()):
            print(f"  known ({len(queries)}): {reason}; such as {queries[0]!r}")
        for kind, times, query, what, real, mine in unexplained[: options.show]:
            print(f"DIFFERENT ({what}): {kind} {times} {query}")
            print(f"    Prometheus: {json.dumps(real)[:600]}")
            print(f"    ours:       {json.dumps(mine)[:600]}")
        return 1 if unexplained else 0
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
