#include "logql/grammar.h"

namespace incident::logql {

using K = TokenKind;

// A selector, its stages, unwrap, range and offset, in the orders that Loki takes them: the range may stand
// before the stages, and parentheses around the first of these.
void Parser::log_range(RangeAggregation& out) {
  const Deeper deeper(*this);
  if (take_if(K::kLeftParen)) {
    log_range(out);
    expect(K::kRightParen, ")");
  } else {
    out.selector.matchers = selector();
  }
  log_range_parts(out);
}

void Parser::log_range_parts(RangeAggregation& out) {
  while (true) {
    if (at().kind == K::kRange) {
      if (out.range_ns != 0) unexpected(")");
      out.range_ns = take().ns;
    } else if (at_word("offset")) {
      if (out.range_ns == 0) unexpected("RANGE");
      take();
      const bool negative = take_if(K::kSub);
      const Token offset = expect(K::kDuration, "DURATION");
      out.offset_ns = negative ? -offset.ns : offset.ns;
    } else if (at().kind == K::kPipe && at_word("unwrap", 1)) {
      if (out.unwrap)
        fail(at(1).start, "syntax error: unexpected unwrap: one value is unwrapped from each line");
      out.unwrap = unwrap();
    } else if (at_stage() && out.unwrap) {
      if (!take_if(K::kPipe)) unexpected("RANGE or a label filter");
      out.unwrap->filters.push_back(label_filter());
    } else if (at_stage()) {
      stage(out.selector.stages);
    } else {
      return;
    }
  }
}

Unwrap Parser::unwrap() {
  take();
  take();
  Unwrap out;
  if (at().kind != K::kIdentifier) unexpected("IDENTIFIER, bytes, duration or duration_seconds");
  if (at(1).kind == K::kLeftParen) {
    const Token name = take();
    if (name.text == "bytes")
      out.conversion = Unwrap::kBytes;
    else if (name.text == "duration" || name.text == "duration_seconds")
      out.conversion = Unwrap::kDuration;
    else
      fail(name.start, "syntax error: unexpected IDENTIFIER, expecting bytes, duration or duration_seconds");
    take();
    out.label = expect(K::kIdentifier, "IDENTIFIER").text;
    expect(K::kRightParen, ")");
  } else {
    out.label = take().text;
  }
  return out;
}

promql::ExprPtr Parser::range_aggregation(RangeOp op) {
  const Token name = take();
  RangeAggregation range;
  range.op = op;
  expect(K::kLeftParen, "(");
  const bool negative = at().kind == K::kSub && at(1).kind == K::kNumber;
  if (negative) take();
  bool parameter = false;
  if (at().kind == K::kNumber) {
    const Token number = take();
    if (op != RangeOp::kQuantile)
      fail(number.start, "parameter " + std::string(number.text) + " not supported for operation " +
                             std::string(to_string(op)));
    range.parameter = negative ? -number.number : number.number;
    parameter = true;
    expect(K::kComma, ",");
  }
  if (op == RangeOp::kQuantile && !parameter)
    fail(name.start, "parameter required for operation quantile_over_time");
  if (at().kind != K::kLeftBrace && at().kind != K::kLeftParen) unexpected("{ or (");
  log_range(range);
  if (range.range_ns == 0) unexpected("RANGE such as [5m]");
  expect(K::kRightParen, ")");
  if (at_word("by") || at_word("without")) range.grouping = grouping();
  check(range, name);
  auto expr = make(promql::ExprKind::kVector, name.start);
  expr->matchers.push_back(Matcher::equal(std::string(promql::kMetricName), series_name(ranges_.size())));
  expr->number = static_cast<double>(ranges_.size());  // which of ranges_
  ranges_.push_back(std::move(range));
  return expr;
}

void Parser::check(const RangeAggregation& range, const Token& name) {
  const RangeOp op = range.op;
  const std::string words = to_string(op);
  const bool of_lines = op == RangeOp::kCount || op == RangeOp::kBytes || op == RangeOp::kBytesRate;
  const bool of_both = op == RangeOp::kRate || op == RangeOp::kAbsent;
  if (range.grouping && (of_lines || of_both || op == RangeOp::kSum || op == RangeOp::kRateCounter))
    fail(name.start, "grouping not allowed for " + words + " aggregation");
  if (range.unwrap && of_lines) fail(name.start, "invalid aggregation " + words + " with unwrap");
  if (!range.unwrap && !of_lines && !of_both)
    fail(name.start, "invalid aggregation " + words + " without unwrap");
}

}  // namespace incident::logql
