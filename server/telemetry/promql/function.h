// The table of PromQL's functions: names, argument types, and how each is evaluated.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "promql/ast.h"

namespace incident::promql {

// Which of the evaluator's ways a function takes.
enum class FunctionKind : std::uint8_t {
  kElement,      // each value of an instant vector by itself: abs, round, clamp ...
  kDate,         // the same, of time() when there is no argument
  kRange,        // each window of a range vector by itself: rate, sum_over_time ...
  kOverall,      // needs more than one series: absent, histogram_quantile, sort, scalar ...
  kUnsupported,  // needs native histograms
};

struct Function {
  std::string_view name;
  FunctionKind kind = FunctionKind::kElement;
  int id = 0;  // ElementFn, RangeFn or OverallFn, by kind
  std::vector<ValueType> arguments;
  int optional =
      0;  // how many of the last arguments may be left out; -1: the last may be repeated or left out
  ValueType result = ValueType::kVector;
};

enum ElementFn : int {
  kAbs,
  kCeil,
  kFloor,
  kExp,
  kSqrt,
  kLn,
  kLog2,
  kLog10,
  kSgn,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kTanh,
  kAsinh,
  kAcosh,
  kAtanh,
  kDeg,
  kRad,
  kRound,
  kClamp,
  kClampMin,
  kClampMax,
  kMinute,
  kHour,
  kDayOfWeek,
  kDayOfMonth,
  kDayOfYear,
  kDaysInMonth,
  kMonth,
  kYear,
};
enum RangeFn : int {
  kRate,
  kIncrease,
  kDelta,
  kIrate,
  kIdelta,
  kDeriv,
  kPredictLinear,
  kHoltWinters,
  kChanges,
  kResets,
  kAvgOverTime,
  kMinOverTime,
  kMaxOverTime,
  kSumOverTime,
  kCountOverTime,
  kQuantileOverTime,
  kStddevOverTime,
  kStdvarOverTime,
  kLastOverTime,
  kPresentOverTime,
  kMadOverTime,
  kAbsentOverTime,
};
enum OverallFn : int {
  kTime,
  kPi,
  kScalarOf,
  kVectorOf,
  kTimestamp,
  kAbsent,
  kSort,
  kSortDesc,
  kSortByLabel,
  kSortByLabelDesc,
  kLabelReplace,
  kLabelJoin,
  kHistogramQuantile,
};

// nullptr when there is no such function.
const Function* find_function(std::string_view name);
std::span<const Function> all_functions();

}  // namespace incident::promql
