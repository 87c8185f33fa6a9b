#!/usr/bin/env python3
"""Lets a real Prometheus judge the expectations in cases/*.test, by way of `promtool test rules`.

usage: cases_in_prometheus.py FILE...
Every eval becomes a promtool unit test (a range query becomes one for each of its steps) that expects nonsense, so
that promtool says what it got. Exit status: 0 agrees, 1 it does not, 77 promtool is not installed (skipped)."""
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile

# What 2.42 (Debian 12) does not have, or does otherwise on purpose (differential_known.py has the reasons).
NEWER = re.compile(
    r"mad_over_time|limitk|limit_ratio|double_exponential|sort_by_label|histogram_(count|fraction)|"  # newer functions
    r'\{"requests"|atan2|\[b"|"\*"|~"\("|'  # quoted names; the metric name after atan2; wording of bad patterns
    r"^1m$|^1h30m$|^90s ==|^500ms$|^1d \+|vector\(1m\)|, 1h\)|offset 300|@ 10m|"  # durations as numbers and back
    r"avg\((huge|tiny)\)|sum\(tiny\)|stddev\(odd\)|(avg|sum)_over_time\((tiny|odd|huge)|"  # sums without compensation
    r"offset -|offset 0s|foo !$|^@ 5$|"  # promtool loads no later samples; odd texts
    r"offset x$|foo\[[5x-]|offset 5m\[5m\]|@ now|topk\(NaN|foo\[$|1\.\.2|1\.2\.3|5m5|foo @ start$")
SAMPLE = re.compile(r'(nil|\{(?:[^"}]|"(?:\\.|[^"\\])*")*\}) ?([^ ,]*)(?:, |$)')
LABEL = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(text):
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("-")
    if re.fullmatch(r"\d+", text):
        return sign * int(text) * 1000
    return sign * sum(int(n) * UNITS[u] for n, u in re.findall(r"(\d+)(ms|[smhd])", text))


def value(text):
    return float(text.replace("Inf", "inf"))


def same(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def row(line):
    """A line of an expectation: its labels, and its values by step. A scalar has no labels."""
    try:
        value(line)
        return frozenset(), [line]
    except ValueError:
        pass
    head = re.match(r'[\w:]*(?:\{(?:[^"}]|"(?:\\.|[^"\\])*")*\})?', line).group(0)
    labels = dict(LABEL.findall(head))
    if name := re.match(r"[\w:]+", head):
        labels["__name__"] = name.group(0)
    return frozenset(labels.items()), line[len(head):].split()


def repeated(values):
    """2.42's notation repeats numbers only: NaNx3 is NaN NaN NaN NaN."""
    return re.sub(r"([+-]?(?:NaN|Inf))x(\d+)", lambda m: " ".join([m.group(1)] * (int(m.group(2)) + 1)), values)


def plain(error):
    """Which of two duplicates is named first is not defined."""
    return re.sub(r"match group .*( on the \w+ hand-side).*;many", r"match group ...\1...;many", error.strip())


class Eval:
    def __init__(self, place, times, query, expected, error):
        self.place, self.times, self.query, self.expected, self.error = place, times, query, expected, error


def segments(path):
    """(interval, series, evals) for each part of a file between two clears."""
    interval, series, evals = "1m", [], []
    lines = open(path, encoding="utf-8").read().split("\n")
    i = 0
    while i < len(lines):
        line, number = lines[i].strip(), i + 1
        i += 1
        body = []
        if line.startswith(("load", "eval")):
            while i < len(lines) and lines[i].strip():
                body.append(lines[i].strip())
                i += 1
        if line == "clear":
            yield interval, series, evals
            series, evals = [], []
        elif line.startswith("load"):
            interval = line.split()[1]
            for text in body:
                head = re.match(r'[\w:]*(?:\{(?:[^"}]|"(?:\\.|[^"\\])*")*\})?', text).group(0)
                series.append({"series": head, "values": repeated(text[len(head):].strip())})
        elif line.startswith("eval"):
            error = next((b.split(":", 1)[1].strip() for b in body if b.startswith("expect fail")), None)
            error = next((b.split(" ", 1)[1] for b in body if b.startswith("expected_fail_message")), error)
            rows = [row(b) for b in body if not b.startswith("expect")]
            if m := re.match(r"eval\w* instant at (\S+) (.*)", line):
                if any(len(values) != 1 for _, values in rows) or any(b.startswith('"') for b in body):
                    continue  # a range vector or a text
                expected = [{labels: value(values[0]) for labels, values in rows}]
                evals.append(Eval(f"{path}:{number}", [m.group(1)], m.group(2), expected, error))
            elif m := re.match(r"eval range from (\S+) to (\S+) step (\S+) (.*)", line):
                start, end, step = map(milliseconds, m.groups()[:3])
                if start < 0 or end < start or "start()" in m.group(4) or "end()" in m.group(4) or error:
                    continue
                times = list(range(start, end + 1, step))
                expected = [{labels: value(v[k]) for labels, v in rows if k < len(v) and v[k] != "_"}
                            for k in range(len(times))]
                evals.append(Eval(f"{path}:{number}", [f"{t}ms" for t in times], m.group(4), expected, None))
    yield interval, series, evals


def judge(folder, interval, series, evals):
    """What is wrong, line by line."""
    flat = [(e, k) for e in evals for k in range(len(e.times)) if not NEWER.search(e.query)]
    nonsense = [{"labels": "nonsense", "value": 0}]
    test = {"interval": interval, "input_series": series, "promql_expr_test": [
        {"expr": e.query, "eval_time": e.times[k] if e.times[k] != "0" else "0s", "exp_samples": nonsense} for e, k in flat]}
    with open(f"{folder}/cases.yml", "w", encoding="utf-8") as f:
        json.dump({"rule_files": [], "evaluation_interval": "1m", "tests": [test]}, f)
    done = subprocess.run(["promtool", "test", "rules", f"{folder}/cases.yml"], capture_output=True, text=True)
    answers = re.findall(r"^    expr: .*?(?=^    expr: |\Z)", done.stderr + done.stdout, re.S | re.M)
    if len(answers) != len(flat):
        return [f"promtool answered {len(answers)} of {len(flat)} queries: {(done.stderr + done.stdout)[:500]}"], 0
    wrong = []
    for (e, k), answer in zip(flat, answers):
        if "not a vector or scalar" in answer:
            continue  # a range vector, which promtool does not compare
        if failed := re.search(r" err: (.*)", answer):
            if e.error is None or plain(e.error) != plain(failed.group(1)):
                wrong.append(f"{e.place}: {e.query}: Prometheus fails: {failed.group(1)}")
            continue
        if e.error is not None:
            wrong.append(f"{e.place}: {e.query}: Prometheus does not fail, but answers {answer.strip()}")
            continue
        got = {frozenset(LABEL.findall(labels)): value(v)
               for labels, v in SAMPLE.findall(answer.split("got: ", 1)[1].split("\n")[0]) if labels != "nil"}
        expected = e.expected[k]
        if got.keys() != expected.keys() or not all(same(got[key], expected[key]) for key in got):
            wrong.append(f"{e.place}: {e.query} at {e.times[k]}: Prometheus answers {answer.split('got: ', 1)[1].strip().split(chr(10))[0]}")
    return wrong, len(flat)


def main():
    if not shutil.which("promtool"):
        print("skipped: promtool is not installed")
        return 77
    wrong, asked = [], 0
    with tempfile.TemporaryDirectory(prefix="promql-cases-") as folder:
        for path in sys.argv[1:]:
            for interval, series, evals in segments(path):
                found, count = judge(folder, interval, series, evals)
                wrong += found
                asked += count
    print(f"promtool answered {asked} queries, {len(wrong)} not as the cases expect")
    for line in wrong:
        print(line)
    return 1 if wrong or asked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
