"""Queries for the differential test: written by hand, and made by a grammar."""
import random

from differential_data import END, START

ELEMENT = ["abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "sin", "cos", "tan", "asin", "acos",
           "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "deg", "rad", "round"]
DATE = ["minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year"]
RANGE = ["rate", "increase", "delta", "irate", "idelta", "deriv", "changes", "resets", "avg_over_time", "min_over_time",
         "max_over_time", "sum_over_time", "count_over_time", "stddev_over_time", "stdvar_over_time", "last_over_time",
         "present_over_time", "absent_over_time"]
AGGREGATE = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARE = ["==", "!=", "<", "<=", ">", ">="]
SET = ["and", "or", "unless"]
METRICS = {
    "requests_total": ["job", "instance", "code"], "late_total": ["kind"],
    "latency_seconds_bucket": ["job", "instance", "le"], "latency_seconds_sum": ["job", "instance"],
    "latency_seconds_count": ["job", "instance"], "odd_bucket": ["case", "le"], "temperature": ["room", "floor"],
    "up": ["job", "instance"], "build_info": ["job", "instance", "version"], "memory_bytes": ["job", "instance"],
    "owner": ["job", "team"], "odd": ["i"], "steady": ["x"], "twin": ["x"], "single": [], "sparse": ["x"],
    "moment": ["zone"], "exact": ["x"], "node": ["name", "path", "zone"], "missing": ["job"],
}
VALUES = {"job": ["api", "web", "batch"], "instance": ["0", "1"], "code": ["200", "404", "500"], "x": ["a", "b", "c"],
          "kind": ["late", "early"], "room": ["hall", "lab"], "floor": ["1", "2"], "version": ["v1", "v2"],
          "i": ["0", "1", "5"], "le": ["0.1", "+Inf"], "case": ["twice"], "team": ["team-a"], "zone": ["utc", ""],
          "name": ["node2"], "path": ["/a/b"]}


def by_hand():
    out = []
    for f in ELEMENT + DATE:
        out += [f"{f}({m})" for m in ("odd", "temperature", "exact", "moment")]
        out.append(f'{f}({{__name__=~"steady|twin"}})')
    out += [f"{f}()" for f in DATE] + [f"{f}(vector(time() - 86400 * 400))" for f in DATE]
    for f in RANGE:
        out += [f"{f}({r})" for r in (
            "requests_total[5m]", "requests_total[1m]", "requests_total[20s]", "late_total[10m]", "exact[5m]", "exact[60s]",
            "exact[1m30s]", "odd[5m]", "huge[5m]", "sparse[30m]", "temperature[7m]", "missing[5m]", "exact[5m] offset 3m",
            "exact[5m] offset -3m", "exact[5m] @ 1600003000", "exact[10m:1m]", "rate(requests_total[2m])[10m:30s]", "exact[10m:]",
            "exact[7m:3m] offset 1m", "exact[7m:3m] @ 1600003000", '{__name__=~"steady|twin"}[5m]', '{__name__=~"steady|twin",x="b"}[5m]')]
    for q in (-1, 0, 0.001, 0.25, 0.5, 0.9, 0.99, 1, 2, "NaN"):
        out += [f"histogram_quantile({q}, odd_bucket)", f"quantile({q}, temperature)", f"quantile by (room) ({q}, temperature)",
                f"quantile_over_time({q}, temperature[10m])", f"quantile({q}, odd)",
                f"histogram_quantile({q}, sum by (le) (rate(latency_seconds_bucket[5m])))",
                f"histogram_quantile({q}, rate(latency_seconds_bucket[2m]))"]
    for a in AGGREGATE:
        out += [f"{a}({m})" for m in ("requests_total", "odd", "steady", "missing", "temperature", '{job="api"}')]
        out += [f"{a} by (job) (requests_total)", f"{a} by (job, code) (requests_total)", f"{a} without (instance) (requests_total)",
                f"{a}(requests_total) by (nosuch)", f"{a} by () (up)", f"{a} without () (up)", f"{a} by (__name__) ({{job=\"api\"}})",
                f"{a}(odd) without (i)", f"{a}({a} by (job) (requests_total))"]
    for k in (0, 1, 2, 3, 100, -1, 1.9, "scalar(single) - 40"):
        out += [f"topk({k}, requests_total)", f"bottomk({k}, temperature)", f"topk by (job) ({k}, memory_bytes)",
                f"count(topk({k}, up))", f"bottomk without (code, instance) ({k}, requests_total)"]
    out += ['count_values("v", up)', 'count_values by (job) ("v", up)', 'count_values without (instance) ("job", up)',
            'count_values("v", odd)', 'count_values("bad-name", up)', 'count_values("v", temperature)']
    pairs = [("up", "up"), ("requests_total", "requests_total"), ("steady", "twin"), ("steady", "steady"), ("odd", "odd"),
             ("up", "memory_bytes"), ("sparse", "sparse offset 10m"), ("late_total", "late_total")]
    for op in ARITHMETIC + COMPARE:
        for a, b in pairs:
            out += [f"{a} {op} {b}", f"{a} {op} 3", f"2.5 {op} {a}"]
            if op in COMPARE:
                out += [f"{a} {op} bool {b}", f"{a} {op} bool 1", f"0 {op} bool {a}"]
        b = " bool" if op in COMPARE else ""
        out += [f"7 {op}{b} 3", f"-7 {op}{b} 3", f"1 {op}{b} 0", f"0 {op}{b} 0", f"NaN {op}{b} NaN", f"Inf {op}{b} -Inf",
                f"requests_total {op} ignoring(code) up", f"requests_total {op} ignoring(code) group_left up",
                f"up {op} ignoring(code) group_right requests_total", f"requests_total {op} on(job) group_left(team) owner",
                f"owner {op} on(job) group_right(team) requests_total", f"up {op} on(job, instance) group_left(version) build_info",
                f"up {op} on(job) owner", f"up {op} on() single", f"up {op} on() group_left single",
                f"requests_total {op} on(job) group_left up", f"sum by (job) (up) {op} owner", f"sum by (job) (up) {op} on(job) owner",
                f"temperature {op} ignoring(floor) temperature", f"steady {op} on(x) group_left(x) twin",
                f"steady {op}{b} on(x) twin", f"steady {op}{b} ignoring(x) twin", f"single {op} steady",
                f"up {op} on(instance) group_left up{{job=\"api\"}}", f"steady {op} on(__name__) steady",
                f"up {op} on(job, instance) group_left(version, nosuch) build_info",
                f"up {op} on(job) group_left(instance) owner", f"missing {op} up", f"up {op} on(job) group_right up"]
    for op in SET:
        out += [f"{a} {op} {b}" for a, b in pairs]
        out += [f"up {op} on(job) owner", f"owner {op} on(job) up", f"requests_total {op} ignoring(code) (up == 1)",
                f"up {op} on() missing", f"missing {op} up", f"steady {op} on(x) twin", f"steady {op} on() twin",
                f"(up == 0) {op} on(instance) (up == 1)", f"up {op} missing", f"{{__name__=~\"steady|twin\"}} {op} steady",
                f"up == 1 {op} up == 0", f"rate(requests_total[1m]) {op} ignoring(code) memory_bytes"]
    out += ["1", "-1", "+1", "1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-2 ^ 2", "1 - 1 - 1", "10 % 4 * 2", "0x1F", "017", "1e3",
            "1E-3", ".5", "5.", "Inf", "-inf", "NaN", "1 / 0", "-1 / 0", "0 / 0", "1e308 * 10", '"text"', "'it''s'", "`raw\\n`",
            '"a\\tb\\u00e9\\x41\\101"', "time()", "pi()", "time() - 1600000000", "-time()", "vector(1)", "vector(time())",
            "scalar(single)", "scalar(up)", "scalar(missing)", "scalar(vector(3)) + 1", "-up", "+up", "--up", "- - 1", "-(up)", "-{job=\"api\"}",
            "timestamp(up)", "timestamp(up offset 5m)", "timestamp(timestamp(up))", "timestamp(up + 1)", "timestamp(sparse)",
            "timestamp((up))", "timestamp(-up)", "timestamp(up @ 1600003000)", "timestamp(vector(1))",
            "absent(up)", "absent(missing)", 'absent(missing{a="b",c=~"d",e!="f"})', 'absent(missing{a="b",a="c"})', "absent(sum(missing))",
            'absent((missing{a="b"}))', 'absent(missing{a=""})', "absent(up > 2)", 'absent_over_time(missing{a="b"}[5m])',
            "absent_over_time(sparse[1m])", "absent_over_time(late_total{kind=\"late\"}[5m])", 'absent_over_time(missing{a="b"}[5m:])',
            "sort(temperature)", "sort_desc(temperature)", "sort(requests_total)", "sort_desc(odd)", "sort(odd)", "sort_desc(up * 0 + 1)",
            "clamp(temperature, 0, 10)", "clamp(temperature, 10, 0)", "clamp_min(temperature, 5)", "clamp_max(odd, 5)", "clamp(odd, -1, 1)",
            "clamp(odd, NaN, 1)", "clamp_min(odd, NaN)", "clamp(odd, 0, scalar(missing))", "round(temperature, 0.1)", "round(temperature, 5)",
            "round(temperature, 0)", "round(odd, -1)", "round(temperature, scalar(single))", "round(temperature * -1)",
            "predict_linear(temperature[10m], 600)", "predict_linear(exact[10m], 3600)", "predict_linear(steady[5m], 60)", "predict_linear(odd[5m], 1)",
            "predict_linear(exact[5m] @ 1600003000, 60)", "predict_linear(exact[5m] offset 2m, 60)", "predict_linear(exact[1m:10s], 60)",
            "holt_winters(temperature[20m], 0.3, 0.7)", "holt_winters(exact[10m], 0.5, 0.1)", "holt_winters(exact[10m], 0, 0.1)",
            "holt_winters(exact[10m], 0.5, 1)", "holt_winters(exact[30s], 0.5, 0.5)", "holt_winters(odd[10m], 0.5, 0.5)",
            "up[1m]", "up[45s]", "exact[5m]", "exact[5m] offset 1m", "exact[5m:1m]", "exact[3m:]", "missing[5m]", "(exact[5m])",
            "rate(requests_total[5m])[10m:1m]", "exact[4m] @ 1600003000", "sparse[30m]",
            "up offset 5m", "up offset -5m", "up @ 1600003000", "up @ 1600003000 offset 5m", "up offset 5m @ 1600003000",
            "up @ start()", "up @ end()", "sum(up @ end()) / sum(up)", "exact @ start() + exact", "exact - exact @ end()",
            "rate(exact[5m] @ end())", "rate(exact[5m] @ start() offset 1m)", "max_over_time(exact[10m:1m] @ end())",
            "max_over_time((exact @ start())[10m:1m])", "sum_over_time(vector(1)[5m:30s])", "sum_over_time((time() - 1600000000)[5m:1m])",
            "sum_over_time(vector(time())[5m:1m])", "avg_over_time(rate(requests_total[1m])[5m:15s] offset 2m)",
            "max_over_time(max_over_time(exact[3m:1m])[5m:2m])", "min_over_time((exact > 5)[10m:1m])", "up @ -1", "up @ 0",
            'label_replace(up, "copy", "$1-x", "job", "(.*)")', 'label_replace(up, "job", "", "job", "api")', 'label_replace(up, "new", "$2", "job", "(a)(.*)")',
            'label_replace(up, "new", "${name}!", "job", "(?P<name>.+)")', 'label_replace(up, "new", "$name!", "job", "(?P<name>.+)")',
            'label_replace(up, "new", "$$1 $x $", "job", ".*")', 'label_replace(up, "job", "same", "job", ".*")', 'label_replace(up, "instance", "same", "instance", ".*")',
            'label_replace(up, "bad-name", "x", "job", ".*")', 'label_replace(up, "new", "x", "job", "(")', 'label_replace(up, "new", "$1", "nosuch", "(.*)")',
            'label_replace(up, "new", "x", "nosuch", "")', 'label_replace(up, "__name__", "down", "", "")', 'label_replace(up, "job", "$1", "job", "a")',
            'label_replace(up, "new", "$1x", "job", "(a)pi")', 'label_replace(up, "new", "${1}x", "job", "(a)pi")', 'label_replace(missing, "bad-name", "x", "job", ".*")',
            'label_join(up, "both", "-", "job", "instance")', 'label_join(up, "job", "", "nosuch")', 'label_join(up, "both", ",")',
            'label_join(up, "bad-name", "-", "job")', 'label_join(up, "both", "-", "bad-name")', 'label_join(up, "instance", "", "job")',
            'label_join(node, "all", "|", "name", "path", "zone")', "node", 'node{zone!=""}', 'node{zone=""}', 'node{zone=~"é.*"}',
            '{__name__="up"}', '{__name__=~"up|owner"}', 'up{job=~"a.*|web"}', 'up{job!~"a.*"}', 'up{job!="api",instance="0"}', 'up{nosuch=""}', 'up{nosuch!=""}',
            'up{job=~".+"}', 'up{job=~".*"}', 'up{job=~""}', 'up{job!~""}', "{job=~'api'}", "up{job='api',}", 'up{job=~"api",job!~"web"}',
            "sum(rate(requests_total{code=\"500\"}[5m])) by (job) / sum(rate(requests_total[5m])) by (job)",
            "sum by (job) (rate(latency_seconds_sum[5m])) / sum by (job) (rate(latency_seconds_count[5m]))",
            "1 - avg by (job) (avg_over_time(up[10m]))", "sum(up) by (job) > bool 1", "count(up == 0) or vector(0)",
            "100 * (1 - sum(up) / count(up))", "avg(up) > 0.5 and on() vector(1)", "up * on(job) group_left(team) owner",
            "rate(requests_total[5m]) > on(job) group_left 0.5 * avg by (job) (rate(requests_total[5m]))",
            "SUM(up) BY (job)", "sum\n(up)\nby (job) # comment", "up and\n# comment\nowner or up"]
    out += errors()
    return out


def errors():
    return ["foo bar", "foo{", "foo{a", "foo{a=", 'foo{a="b"', 'foo{a="b" c', 'foo{1="x"}', "foo{a=b}", "{}", '{a=""}', '{a=~".*"}', '{a!="x"}',
            'foo{__name__="bar"}', "sum(", "sum()", "sum(up, up)", "sum by", "sum by (", "sum by (a", "sum by (1", "sum by (a b) (up)",
            "sum(up) by (a) by (b)", "1 +", "+", ")", "(", "(1", "up)", "up[", "up[5", "up[5m", "up[5m:", "up[5x]", "up[0s]", "rate(up)",
            "rate(up[5m][5m])", "up offset", "up offset 5m offset 6m", "up @", "up @ 5 @ 6", "up @ start", "up @ start(", "(up) offset 5m", "sum(up) offset 5m",
            "1 offset 5m", 'up{a="b}', "'foo", '"a\\qb"', "1x", "0x1g", "1e", "1e400", "1 == 2", "up and 1", "1 and 1", '"a" + 1', "up + on(a) 1",
            "up and on(a) group_left up", "up + group_left up", "up + on(a) group_left(a) up", "up and bool up", "nosuch(1)", "abs()", "abs(1)", "abs(up, up)",
            "round(up, 1, 2)", "round()", 'label_replace(up, "a")', "topk(up, up)", 'topk("a", up)', "topk(1)", "count_values(1, up)", "quantile(up)",
            "# comment", "up{,}", 'up{a="b",,}', '-"a"', "-up[5m]", "up[5m] + 1", "time(1)", "up =", "up = 1", "up =~ 1", 'a:b{c:d="x"}', "absent(up[5m])",
            "scalar(1)", "vector(up)", ";", "sum(up) without", "up{a=~\"(\"}", "sum(1)", "sum(up[5m])", "topk(NaN, up)", "topk(1e30, up)", "up[5m:0s]",
            "up offset 1x", "rate(up[5m],)", "abs(up,)", "up or", "or up", "* up", "up up", "up 1", "1 up", "(up", "((up)", "sum by (job) up", "sum(up) by job",
            "up[5m][5m]", "up[5m:1m][5m]", "rate(up[5m]) offset 5m", "up{job=\"a\"}{job=\"b\"}", "up{job}", "up{job=\"a\" or job=\"b\"}", "up.x", "up ! up", "up !~ up",
            "1 > 2", "time() == time()", "vector(1) == 1 == 1", "predict_linear(up[5m])", "quantile_over_time(up[5m], 1)", "up[5m] offset 5m offset 1m",
            "sum_over_time(1[5m:1m])", "(1)[5m:1m]", "up{job=~\"a\\\\q\"}", "up[5m] and up", "absent_over_time(up)", "hour(1)", "label_join(up)", "{job=\"api\"",
            "up}", "up]", "[5m]", "up{[", "sum by (job,, code) (up)", "count_values(\"a\")", "group_left", "on(job)", "bool 1", "up == bool bool 1"]


class Grammar:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def one(self, options):
        return self.rng.choice(options)

    def selector(self):
        name = self.one(list(METRICS))
        matchers = []
        for label in METRICS[name]:
            if label in VALUES and self.rng.random() < 0.2:
                value = self.one(VALUES[label])
                first = value[:1].replace("+", "[+]")
                matchers.append(self.one([f'{label}="{value}"', f'{label}!="{value}"', f'{label}=~"{first}.*"', f'{label}!~"{first}.*"']))
        return name + ("{" + ",".join(matchers) + "}" if matchers else "")

    def moved(self, text):
        roll = self.rng.random()
        if roll < 0.12:
            text += " offset " + self.one(["1m", "90s", "-2m", "10m"])
        if roll < 0.06 or roll > 0.95:
            text += " @ " + self.one(["start()", "end()", str(START + self.rng.randint(0, 6000))])
        return text

    def window(self):
        return self.one(["30s", "1m", "2m", "5m", "7m30s", "10m", "30m"])

    def range(self, depth):
        if depth > 0 and self.rng.random() < 0.3:
            return self.moved(f"({self.vector(depth - 1)})[{self.window()}:{self.one(['', '30s', '1m', '47s'])}]")
        return self.moved(f"{self.selector()}[{self.window()}]")

    def scalar(self, depth):
        roll = self.rng.random()
        if depth > 0 and roll < 0.1:
            return f"scalar({self.vector(depth - 1)})"
        if roll < 0.2:
            return "(time() - 1600000000)"
        return self.one(["0", "1", "2", "-1", "0.5", "3.7", "100", "1e3"])

    def grouping(self):
        labels = self.rng.sample(["job", "instance", "code", "x", "room", "le", "i", "__name__"], self.rng.randint(0, 3))
        return self.one(["", "", f" by ({', '.join(labels)}) ", f" without ({', '.join(labels)}) "])

    def matching(self):
        labels = ", ".join(self.rng.sample(["job", "instance", "code", "x", "room"], self.rng.randint(0, 2)))
        text = self.one(["", "", f" on ({labels})", f" ignoring ({labels})"])
        if text and self.rng.random() < 0.5:
            text += self.one([" group_left", " group_right"]) + self.one(["", "", "(team)", "(version)"])
        return text

    def vector(self, depth):
        roll = self.rng.random()
        if depth <= 0 or roll < 0.1:
            return self.moved(self.selector())
        if roll < 0.35:
            return f"{self.one(RANGE)}({self.range(depth - 1)})"
        if roll < 0.5:
            op = self.one(AGGREGATE + ["topk", "bottomk", "quantile"])
            first = {"topk": "2, ", "bottomk": "3, ", "quantile": "0.7, "}.get(op, "")
            return f"{op}{self.grouping()}({first}{self.vector(depth - 1)})"
        if roll < 0.6:
            return f"{self.one(ELEMENT)}({self.vector(depth - 1)})"
        if roll < 0.7:
            op = self.one(ARITHMETIC + COMPARE + COMPARE)
            op += " bool" if op in COMPARE and self.rng.random() < 0.4 else ""
            a, b = self.vector(depth - 1), self.scalar(depth - 1)
            return f"({a} {op} {b})" if self.rng.random() < 0.5 else f"({b} {op} {a})"
        if roll < 0.85:
            op = self.one(ARITHMETIC + COMPARE)
            op += " bool" if op in COMPARE and self.rng.random() < 0.4 else ""
            a = self.vector(depth - 1)
            b = a if self.rng.random() < 0.3 else self.vector(depth - 1)
            return f"({a} {op}{self.matching()} {b})"
        if roll < 0.92:
            match = self.one(["", " on (job)", " ignoring (code)", " on ()"])
            return f"({self.vector(depth - 1)} {self.one(SET)}{match} {self.vector(depth - 1)})"
        return self.one([f"-{self.vector(depth - 1)}", f"histogram_quantile({self.scalar(0)}, {self.vector(depth - 1)})",
                         f"absent({self.vector(depth - 1)})", f"clamp({self.vector(depth - 1)}, {self.scalar(0)}, {self.scalar(0)})",
                         f"timestamp({self.vector(depth - 1)})", f"predict_linear({self.range(depth - 1)}, {self.scalar(0)})",
                         f"quantile_over_time({self.scalar(0)}, {self.range(depth - 1)})", f"vector({self.scalar(depth - 1)})",
                         f"holt_winters({self.range(depth - 1)}, 0.3, 0.6)",
                         f'label_replace({self.vector(depth - 1)}, "job", "$1", "instance", "(.*)")',
                         f"sort_desc({self.vector(depth - 1)})"])


def asked(seed, generated):
    """(kind, times, query): every hand-written query at two moments and over a range, generated ones once."""
    rng = random.Random(seed)
    out = []
    for query in by_hand():
        out.append(("instant", [(START + 3000) * 1000], query))
        out.append(("range", [(START + 600) * 1000, (START + 5400) * 1000, 300_000], query))
    for query in rng.sample(by_hand(), 300):
        out.append(("instant", [rng.randint(START, END) * 1000 + rng.randint(0, 999)], query))
    grammar = Grammar(seed)
    for i in range(generated):
        query = grammar.vector(1 + i % 4)
        if rng.random() < 0.5:
            out.append(("instant", [rng.randint(START - 100, END + 400) * 1000 + rng.choice([0, 0, 500])], query))
        else:
            step = rng.choice([15, 30, 60, 77, 300])
            start = rng.randint(START - 100, END - 600)
            out.append(("range", [start * 1000, (start + step * rng.randint(1, 40)) * 1000, step * 1000], query))
    return out
