#include "promql/function.h"

#include <algorithm>

namespace incident::promql {

namespace {

constexpr ValueType kNumberArg = ValueType::kScalar;
constexpr ValueType kTextArg = ValueType::kString;
constexpr ValueType kVectorArg = ValueType::kVector;
constexpr ValueType kRangeArg = ValueType::kMatrix;

std::vector<Function> make_table() {
  std::vector<Function> table;
  const auto element = [&](std::string_view name, ElementFn id, std::vector<ValueType> more = {},
                           int optional = 0) {
    more.insert(more.begin(), kVectorArg);
    table.push_back({name, FunctionKind::kElement, id, std::move(more), optional});
  };
  const auto date = [&](std::string_view name, ElementFn id) {
    table.push_back({name, FunctionKind::kDate, id, {kVectorArg}, 1});
  };
  const auto range = [&](std::string_view name, RangeFn id, std::vector<ValueType> more = {}) {
    more.insert(more.begin(), kRangeArg);
    table.push_back({name, FunctionKind::kRange, id, std::move(more)});
  };
  const auto overall = [&](std::string_view name, OverallFn id, std::vector<ValueType> arguments,
                           ValueType result = ValueType::kVector, int optional = 0) {
    table.push_back({name, FunctionKind::kOverall, id, std::move(arguments), optional, result});
  };
  const auto unsupported = [&](std::string_view name, std::vector<ValueType> arguments) {
    table.push_back({name, FunctionKind::kUnsupported, 0, std::move(arguments)});
  };

  element("abs", kAbs);
  element("ceil", kCeil);
  element("floor", kFloor);
  element("exp", kExp);
  element("sqrt", kSqrt);
  element("ln", kLn);
  element("log2", kLog2);
  element("log10", kLog10);
  element("sgn", kSgn);
  element("sin", kSin);
  element("cos", kCos);
  element("tan", kTan);
  element("asin", kAsin);
  element("acos", kAcos);
  element("atan", kAtan);
  element("sinh", kSinh);
  element("cosh", kCosh);
  element("tanh", kTanh);
  element("asinh", kAsinh);
  element("acosh", kAcosh);
  element("atanh", kAtanh);
  element("deg", kDeg);
  element("rad", kRad);
  element("round", kRound, {kNumberArg}, 1);
  element("clamp", kClamp, {kNumberArg, kNumberArg});
  element("clamp_min", kClampMin, {kNumberArg});
  element("clamp_max", kClampMax, {kNumberArg});

  date("minute", kMinute);
  date("hour", kHour);
  date("day_of_week", kDayOfWeek);
  date("day_of_month", kDayOfMonth);
  date("day_of_year", kDayOfYear);
  date("days_in_month", kDaysInMonth);
  date("month", kMonth);
  date("year", kYear);

  range("rate", kRate);
  range("increase", kIncrease);
  range("delta", kDelta);
  range("irate", kIrate);
  range("idelta", kIdelta);
  range("deriv", kDeriv);
  range("predict_linear", kPredictLinear, {kNumberArg});
  range("holt_winters", kHoltWinters, {kNumberArg, kNumberArg});
  range("double_exponential_smoothing", kHoltWinters, {kNumberArg, kNumberArg});
  range("changes", kChanges);
  range("resets", kResets);
  range("avg_over_time", kAvgOverTime);
  range("min_over_time", kMinOverTime);
  range("max_over_time", kMaxOverTime);
  range("sum_over_time", kSumOverTime);
  range("count_over_time", kCountOverTime);
  table.push_back({"quantile_over_time", FunctionKind::kRange, kQuantileOverTime, {kNumberArg, kRangeArg}});
  range("stddev_over_time", kStddevOverTime);
  range("stdvar_over_time", kStdvarOverTime);
  range("last_over_time", kLastOverTime);
  range("present_over_time", kPresentOverTime);
  range("mad_over_time", kMadOverTime);
  range("absent_over_time", kAbsentOverTime);

  overall("time", kTime, {}, ValueType::kScalar);
  overall("pi", kPi, {}, ValueType::kScalar);
  overall("scalar", kScalarOf, {kVectorArg}, ValueType::kScalar);
  overall("vector", kVectorOf, {kNumberArg});
  overall("timestamp", kTimestamp, {kVectorArg});
  overall("absent", kAbsent, {kVectorArg});
  overall("sort", kSort, {kVectorArg});
  overall("sort_desc", kSortDesc, {kVectorArg});
  overall("sort_by_label", kSortByLabel, {kVectorArg, kTextArg}, ValueType::kVector, -1);
  overall("sort_by_label_desc", kSortByLabelDesc, {kVectorArg, kTextArg}, ValueType::kVector, -1);
  overall("label_replace", kLabelReplace, {kVectorArg, kTextArg, kTextArg, kTextArg, kTextArg});
  overall("label_join", kLabelJoin, {kVectorArg, kTextArg, kTextArg, kTextArg}, ValueType::kVector, -1);
  overall("histogram_quantile", kHistogramQuantile, {kNumberArg, kVectorArg});

  unsupported("histogram_avg", {kVectorArg});
  unsupported("histogram_count", {kVectorArg});
  unsupported("histogram_sum", {kVectorArg});
  unsupported("histogram_stddev", {kVectorArg});
  unsupported("histogram_stdvar", {kVectorArg});
  unsupported("histogram_fraction", {kNumberArg, kNumberArg, kVectorArg});

  std::sort(table.begin(), table.end(), [](const Function& a, const Function& b) { return a.name < b.name; });
  return table;
}

}  // namespace

std::span<const Function> all_functions() {
  static const std::vector<Function> table = make_table();
  return table;
}

const Function* find_function(std::string_view name) {
  const auto table = all_functions();
  const auto it = std::lower_bound(table.begin(), table.end(), name,
                                   [](const Function& f, std::string_view n) { return f.name < n; });
  return it != table.end() && it->name == name ? &*it : nullptr;
}

}  // namespace incident::promql
