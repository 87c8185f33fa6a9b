// Functions that look at one value by itself.
#include <algorithm>
#include <cmath>

#include "promql/evaluator.h"

namespace incident::promql {

namespace {

constexpr double kPiValue = 3.14159265358979323846;

double sign(double v) {
  if (v > 0) return 1;
  return v < 0 ? -1 : v;
}
double degrees(double v) {
  return v * 180 / kPiValue;
}
double radians(double v) {
  return v * kPiValue / 180;
}

// Go's math.Max and math.Min: an infinity wins over NaN, and +0 is above -0.
double greater_of(double a, double b) {
  if (a == HUGE_VAL || b == HUGE_VAL) return HUGE_VAL;
  if (std::isnan(a) || std::isnan(b)) return quiet_nan();
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}
double lesser_of(double a, double b) {
  if (a == -HUGE_VAL || b == -HUGE_VAL) return -HUGE_VAL;
  if (std::isnan(a) || std::isnan(b)) return quiet_nan();
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

using Plain = double (*)(double);

Plain plain_function(int id) {
  switch (id) {
    case kAbs:
      return [](double v) { return std::fabs(v); };
    case kCeil:
      return [](double v) { return std::ceil(v); };
    case kFloor:
      return [](double v) { return std::floor(v); };
    case kExp:
      return [](double v) { return std::exp(v); };
    case kSqrt:
      return [](double v) { return std::sqrt(v); };
    case kLn:
      return [](double v) { return std::log(v); };
    case kLog2:
      return [](double v) { return std::log2(v); };
    case kLog10:
      return [](double v) { return std::log10(v); };
    case kSgn:
      return sign;
    case kSin:
      return [](double v) { return std::sin(v); };
    case kCos:
      return [](double v) { return std::cos(v); };
    case kTan:
      return [](double v) { return std::tan(v); };
    case kAsin:
      return [](double v) { return std::asin(v); };
    case kAcos:
      return [](double v) { return std::acos(v); };
    case kAtan:
      return [](double v) { return std::atan(v); };
    case kSinh:
      return [](double v) { return std::sinh(v); };
    case kCosh:
      return [](double v) { return std::cosh(v); };
    case kTanh:
      return [](double v) { return std::tanh(v); };
    case kAsinh:
      return [](double v) { return std::asinh(v); };
    case kAcosh:
      return [](double v) { return std::acosh(v); };
    case kAtanh:
      return [](double v) { return std::atanh(v); };
    case kDeg:
      return degrees;
    case kRad:
      return radians;
    default:
      return nullptr;
  }
}

// A moment of the civil calendar in UTC, from seconds since 1970 (Howard Hinnant's days algorithms).
struct Civil {
  std::int64_t year = 0;
  int month = 0, day = 0, hour = 0, minute = 0, weekday = 0, day_of_year = 0;
};

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(std::int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

Civil civil_from(double unix_seconds) {
  Civil out;
  const auto seconds = static_cast<std::int64_t>(unix_seconds);
  std::int64_t days = seconds / 86400;
  std::int64_t rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  out.hour = static_cast<int>(rest / 3600);
  out.minute = static_cast<int>(rest / 60 % 60);
  out.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);  // 1970 began on a Thursday
  const std::int64_t shifted = days + 719468;                // days since 0000-03-01
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t from_march = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * from_march + 2) / 153;
  out.day = static_cast<int>(from_march - (153 * month_from_march + 2) / 5 + 1);
  out.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  out.year = year_of_era + era * 400 + (out.month <= 2 ? 1 : 0);
  out.day_of_year = out.day;
  for (int m = 1; m < out.month; ++m) out.day_of_year += days_in_month(out.year, m);
  return out;
}

double date_part(int id, double v) {
  // What Prometheus answers where a value is no time at all (NaN, an infinity, too many seconds): the last
  // moment that its 64-bit seconds can express.
  static constexpr Civil kNoTime{292277026596, 12, 4, 15, 30, 0, 339};
  const Civil civil = std::fabs(v) < 9.2e18 ? civil_from(v) : kNoTime;
  switch (id) {
    case kMinute:
      return civil.minute;
    case kHour:
      return civil.hour;
    case kDayOfWeek:
      return civil.weekday;
    case kDayOfMonth:
      return civil.day;
    case kDayOfYear:
      return civil.day_of_year;
    case kDaysInMonth:
      return days_in_month(civil.year, civil.month);
    case kMonth:
      return civil.month;
    default:
      return static_cast<double>(civil.year);
  }
}

}  // namespace

Frame Evaluator::element(const Expr& expr, const StepRange& steps) {
  const int id = expr.function->id;
  if (expr.args.empty()) {  // a date function of the step's own time
    Frame out(steps.count, budget_);
    double* row = out.add(std::make_shared<Labels>());
    for (std::size_t i = 0; i < steps.count; ++i)
      row[i] = date_part(id, static_cast<double>(steps.at(i)) / 1000);
    return out;
  }
  Frame frame = vector(*expr.args[0], steps);
  std::vector<double> first;
  std::vector<double> second;
  if (expr.args.size() > 1) first = scalar(*expr.args[1], steps);
  if (expr.args.size() > 2) second = scalar(*expr.args[2], steps);

  const auto each = [&](auto&& function) {
    for (std::size_t row = 0; row < frame.size(); ++row) {
      double* values = frame.row(row);
      for (std::size_t i = 0; i < steps.count; ++i)
        if (has_value(values[i])) values[i] = function(values[i], i);
      budget_.work(steps.count);
    }
  };
  if (expr.function->kind == FunctionKind::kDate) {
    each([id](double v, std::size_t) { return date_part(id, v); });
  } else if (const Plain plain = plain_function(id)) {
    each([plain](double v, std::size_t) { return plain(v); });
  } else if (id == kRound) {
    each([&](double v, std::size_t i) {
      const double inverse = 1.0 / (first.empty() ? 1.0 : first[i]);  // times 10 is exact where by 0.1 is not
      return std::floor(v * inverse + 0.5) / inverse;
    });
  } else if (id == kClampMin) {
    each([&](double v, std::size_t i) { return greater_of(v, first[i]); });
  } else if (id == kClampMax) {
    each([&](double v, std::size_t i) { return lesser_of(v, first[i]); });
  } else {  // clamp; nothing is between bounds that are crossed
    each([&](double v, std::size_t i) {
      return second[i] < first[i] ? no_value() : greater_of(lesser_of(v, second[i]), first[i]);
    });
  }
  drop_names(frame, Joining::kByStep, budget_);
  return frame;
}

}  // namespace incident::promql
