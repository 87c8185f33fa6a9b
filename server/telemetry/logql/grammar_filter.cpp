#include "logql/grammar.h"

namespace incident::logql {

using K = TokenKind;

namespace {

LabelFilter joined(LabelFilter::Kind kind, LabelFilter left, LabelFilter right) {
  LabelFilter out;
  out.kind = kind;
  out.sides.push_back(std::move(left));
  out.sides.push_back(std::move(right));
  return out;
}

}  // namespace

void Parser::refuse_ip(std::size_t at) {
  fail(at,
       "ip() filters are not supported here: a regular expression such as \"10\\\\.0\\\\..*\" does the same");
}

LabelFilter Parser::label_filter() {
  const Deeper deeper(*this);
  LabelFilter out = and_filter();
  while (take_word("or")) out = joined(LabelFilter::kOr, std::move(out), and_filter());
  return out;
}

// `and` binds tighter than `or`; a comma and a space, as Loki's grammar has them, reach as far as they can:
// a, b or c is a and (b or c).
LabelFilter Parser::and_filter() {
  LabelFilter out = one_filter();
  while (true) {
    if (take_word("and")) {
      out = joined(LabelFilter::kAnd, std::move(out), one_filter());
    } else if (take_if(K::kComma) || at().kind == K::kLeftParen ||
               (at().kind == K::kIdentifier && !at_word("or"))) {
      return joined(LabelFilter::kAnd, std::move(out), label_filter());
    } else {
      return out;
    }
  }
}

LabelFilter Parser::one_filter() {
  if (take_if(K::kLeftParen)) {
    LabelFilter out = label_filter();
    expect(K::kRightParen, ")");
    return out;
  }
  if (at().kind != K::kIdentifier) unexpected("a label filter such as level=\"error\" or duration>1s");
  LabelFilter out;
  out.name = at().text;
  switch (at(1).kind) {
    case K::kEqual:
    case K::kEqualEqual:
      out.compare = Compare::kEqual;
      break;
    case K::kNotEqual:
      out.compare = Compare::kNotEqual;
      break;
    case K::kGreater:
      out.compare = Compare::kGreater;
      break;
    case K::kGreaterEqual:
      out.compare = Compare::kGreaterEqual;
      break;
    case K::kLess:
      out.compare = Compare::kLess;
      break;
    case K::kLessEqual:
      out.compare = Compare::kLessEqual;
      break;
    case K::kMatch:
    case K::kNotMatch:
      out.matcher = matcher();
      return out;
    default:
      take();
      unexpected("=, !=, =~, !~, ==, >, >=, < or <=");
  }
  const bool text = at(1).kind == K::kEqual || at(1).kind == K::kNotEqual;
  if (text && at(2).kind == K::kString) {
    out.matcher = matcher();
    return out;
  }
  take();
  take();
  const bool negative = at().kind == K::kSub;
  if (negative || at().kind == K::kAdd) take();
  const Token value = at();
  switch (value.kind) {
    case K::kNumber:
      out.kind = LabelFilter::kNumber;
      out.value = value.number;
      break;
    case K::kDuration:
      out.kind = LabelFilter::kDuration;
      out.value = static_cast<double>(value.ns);
      break;
    case K::kBytes:
      out.kind = LabelFilter::kBytes;
      out.value = static_cast<double>(value.bytes);
      break;
    default:
      if (at_word("ip")) refuse_ip(value.start);
      unexpected(text ? "STRING, NUMBER, DURATION or BYTES" : "NUMBER, DURATION or BYTES");
  }
  take();
  if (negative) out.value = -out.value;
  return out;
}

}  // namespace incident::logql
