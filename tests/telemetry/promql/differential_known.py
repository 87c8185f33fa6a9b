"""Where our engine means to differ from the Prometheus of the distribution (2.42 in Debian 12)."""
import math
import re


def at_the_edge(text):
    value = float(text.replace("Inf", "inf"))
    return not math.isfinite(value) or abs(value) > 1e290


def same_leading_digits(a, b):
    x, y = float(a.replace("Inf", "inf")), float(b.replace("Inf", "inf"))
    return math.isfinite(x) and math.isfinite(y) and abs(x - y) <= 1e-5 * max(abs(x), abs(y))


def is_matrix(answer):
    return answer["status"] == "success" and answer["data"]["resultType"] == "matrix"


def explain(query, real, ours, unequal):
    """The reason for a difference, or None when there is none that we know. `unequal`: pairs of numbers."""
    error = real.get("error", "")
    if "atan2" in query:
        return "2.42 keeps the metric's name after atan2; later versions drop it as after all arithmetic"
    if "error parsing regexp" in error and "error parsing regexp" in ours.get("error", ""):
        return "2.42 shows a malformed pattern with its own anchors"
    if "missing unit character in duration" in error:
        return "3.0 and ours take a plain number of seconds where 2.42 wants a duration"
    if re.search("sum|avg|stddev|stdvar", query):
        if unequal and all(at_the_edge(a) or at_the_edge(b) for a, b in unequal):
            return "sums that overflow: 2.42 loses its compensation to an infinity; later versions and ours do not"
        if re.search(r"\bodd\b|huge", query):
            return "sums that cancel to nothing: 2.42's aggregations add without compensation; later versions and ours compensate"
    if re.search("stddev|stdvar", query) and unequal and all(a == "0" and b == "NaN" for a, b in unequal):
        return "the deviation of one NaN or infinity is 0 in 2.42, NaN in later versions and ours"
    if "@" in query and re.search("predict_linear|quantile_over_time|holt_winters", query) and is_matrix(real):
        return "2.42 slides, or stops, a pinned range from step to step where an argument changes or in predict_linear"
    if "timestamp(" in query and "@" in query and "offset" in query:
        return "2.42 forgets the offset of timestamp(x @ t offset d)"
    if re.search("topk|bottomk", query) and real["status"] == ours["status"]:
        return "which of equal values topk keeps: in a range query Prometheus meets series in the random order of a Go map"
    if re.search("sum|avg|stddev|stdvar|deriv|predict_linear", query):
        if unequal and all(same_leading_digits(a, b) for a, b in unequal):
            return "the last digits of a sum, grown by what is done with it"
        if re.search("round|floor|ceil|sgn|changes|%|[=<>]", query):
            return "the last digits of a sum decide a comparison or a rounding"
    if re.search("(sin|cos|tan)\\(", query) and re.search("exp|sinh|cosh|\\^", query):
        return "the sine of an enormous number: its last digit decides, and Go's and C's exp differ in it"
    if query.count("@") > 1 and ":" in query:
        return "2.42 loads too little for what is pinned inside a subquery that is pinned too"
    if "in grouping opts" in error and "<Item" in error:
        return "2.42 shows a number for the operator @ in one error"
    if error.startswith("found duplicate") and "@" in query and ":" in query:
        return "2.42 evaluates what is pinned inside a subquery even when the subquery has no step"
    return None
