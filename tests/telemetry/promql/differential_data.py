"""Series for the differential test: counters with resets, histograms, gauges with NaN and infinities, gaps,
series that come and go, odd label values. The same seed gives the same text."""
import math
import random

START = 1_600_000_000  # seconds; the data covers 100 minutes from here
END = START + 6000


def label_text(labels):
    def quoted(value):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    return ",".join(f"{name}={quoted(value)}" for name, value in labels.items())


def number_text(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))


class Writer:
    def __init__(self):
        self.lines = []

    def series(self, name, labels, points):
        head = f"{name}{{{label_text(labels)}}}" if labels else name
        for time, value in points:
            self.lines.append(f"{head} {number_text(value)} {time:.3f}")

    def text(self):
        return "\n".join(self.lines) + "\n# EOF\n"


def times(rng, interval=15, jitter=0.0, start=START, end=END, missing=0.0):
    offset = round(rng.uniform(0, interval), 3)
    t = start + offset
    while t < end:
        if rng.random() >= missing:
            yield round(t + rng.uniform(0, jitter), 3)
        t += interval


def counters(rng, out):
    for job in ("api", "web", "batch"):
        for instance in ("0", "1"):
            for code in ("200", "404", "500"):
                value, points = float(rng.randint(0, 100)), []
                speed = rng.uniform(0, 20)
                for t in times(rng, 15, 2, missing=0.03):
                    if rng.random() < 0.004:
                        value = 0.0
                    value += rng.randint(0, int(speed) + 1)
                    points.append((t, value))
                out.series("requests_total", {"job": job, "instance": instance, "code": code}, points)
    # Counters that begin at zero, begin late, and end early.
    out.series("late_total", {"kind": "late"}, [(t, i * 3.0) for i, t in enumerate(times(rng, 20, start=START + 2000))])
    out.series("late_total", {"kind": "early"}, [(t, i * 2.5) for i, t in enumerate(times(rng, 20, end=START + 2500))])
    out.series("late_total", {"kind": "middle"}, [(t, 7.0) for t in times(rng, 30, start=START + 2000, end=START + 2300)])


def histograms(rng, out):
    bounds = ["0.005", "0.01", "0.05", "0.1", "0.5", "1.0", "5", "+Inf"]
    for job in ("api", "web"):
        for instance in ("0", "1"):
            counts = [0.0] * len(bounds)
            rows = [[] for _ in bounds]
            total, sums, totals = 0.0, [], []
            for t in times(rng, 15, 0):
                for _ in range(rng.randint(0, 6)):
                    seconds = rng.lognormvariate(-2.5, 1.2)
                    total += seconds
                    for i, bound in enumerate(bounds):
                        if seconds <= float(bound.replace("+Inf", "inf")):
                            counts[i] += 1
                for i in range(len(bounds)):
                    wrong = -2 if rng.random() < 0.02 and i in (3, 5) else 0  # not atomic
                    rows[i].append((t, max(0, counts[i] + wrong)))
                sums.append((t, total))
                totals.append((t, counts[-1]))
            labels = {"job": job, "instance": instance}
            for bound, points in zip(bounds, rows):
                out.series("latency_seconds_bucket", {**labels, "le": bound}, points)
            out.series("latency_seconds_sum", labels, sums)
            out.series("latency_seconds_count", labels, totals)
    flat = list(times(rng, 60, 0))
    for bound, value in (("-1", 2.0), ("0", 4.0), ("2", 9.0), ("+Inf", 10.0)):
        out.series("odd_bucket", {"case": "negative", "le": bound}, [(t, value) for t in flat])
    for bound, value in (("1", 0.0), ("2", 0.0), ("+Inf", 0.0)):
        out.series("odd_bucket", {"case": "empty", "le": bound}, [(t, value) for t in flat])
    for bound, value in (("1", 5.0), ("2", 6.0)):
        out.series("odd_bucket", {"case": "no_infinity", "le": bound}, [(t, value) for t in flat])
    for bound, value in (("1", 3.0), ("1.0", 2.0), ("2", 9.0), ("+Inf", 9.0)):
        out.series("odd_bucket", {"case": "twice", "le": bound}, [(t, value) for t in flat])
    out.series("odd_bucket", {"case": "alone", "le": "+Inf"}, [(t, 3.0) for t in flat])
    out.series("odd_bucket", {"case": "not_a_number", "le": "many"}, [(t, 3.0) for t in flat])


def gauges(rng, out):
    for room in ("hall", "lab", "roof"):
        for floor in ("1", "2"):
            value, points = rng.uniform(-10, 30), []
            for t in times(rng, 30, 5, missing=0.05):
                value += rng.gauss(0, 1)
                points.append((t, round(value, 3)))
            out.series("temperature", {"room": room, "floor": floor}, points)
    for job in ("api", "web", "batch"):
        for instance in ("0", "1"):
            labels = {"job": job, "instance": instance}
            out.series("up", labels, [(t, float(rng.random() > 0.1)) for t in times(rng, 15)])
            out.series("build_info", {**labels, "version": "v1" if instance == "0" else "v2"}, [(t, 1.0) for t in times(rng, 60)])
            out.series("memory_bytes", labels, [(t, float(rng.randint(1, 1000)) * 1024 * 1024) for t in times(rng, 30)])
        out.series("owner", {"job": job, "team": "team-" + job[0]}, [(t, 1.0) for t in times(rng, 60)])
    odd = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e15, 1e-300, 5.0, -5.0]
    for i in range(6):
        out.series("odd", {"i": str(i)}, [(t, rng.choice(odd if i < 4 else odd[3:])) for t in times(rng, 45)])
    huge = [1e300, -1e300, 1e308, 1.0]  # sums of these overflow, and cancel
    out.series("huge", {"x": "a"}, [(t, rng.choice(huge)) for t in times(rng, 60)])
    out.series("steady", {"x": "a"}, [(t, 4.0) for t in times(rng, 60)])
    out.series("steady", {"x": "b"}, [(t, 4.0) for t in times(rng, 60)])
    out.series("steady", {"x": "c"}, [(t, 2.0) for t in times(rng, 60)])
    out.series("twin", {"x": "a"}, [(t, 3.0) for t in times(rng, 60)])
    out.series("twin", {"x": "c"}, [(t, 9.0) for t in times(rng, 60)])
    out.series("single", {}, [(t, 42.0) for t in times(rng, 60)])
    out.series("sparse", {"x": "a"}, [(t, float(i)) for i, t in enumerate(times(rng, 420, 100))])
    out.series("sparse", {"x": "b"}, [(t, float(i * i)) for i, t in enumerate(times(rng, 250, 200))])
    out.series("moment", {"zone": "utc"}, [(t, t - 3600 * 24 * 400 * rng.random() * 40) for t in times(rng, 60)])
    out.series("exact", {"x": "a"}, [(START + i * 60, float(i)) for i in range(100)])  # on the edges of windows
    out.series("exact", {"x": "b"}, [(START + i * 60, float((i * 37) % 11)) for i in range(100)])
    out.series("node", {"name": "node2", "path": "/a/b"}, [(t, 1.0) for t in times(rng, 60)])
    out.series("node", {"name": "node10", "path": "/a/c", "zone": "é\"\\"}, [(t, 2.0) for t in times(rng, 60)])


def make(seed=7):
    rng = random.Random(seed)
    out = Writer()
    counters(rng, out)
    histograms(rng, out)
    gauges(rng, out)
    return out.text()
