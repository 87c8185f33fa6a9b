// A preview as one SVG picture: a chart below the other, the page and the changes as vertical lines.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "scenario/preview.h"

namespace incident::scenario {
namespace {

constexpr double kWidth = 960, kLeft = 64, kRight = 16;
constexpr double kChartHeight = 120, kChartGap = 52, kTop = 48;
constexpr double kLineHeight = 18;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return text;
}
std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class Picture {
 public:
  Picture(const Preview& preview, std::ostream& out) : preview_(preview), out_(out) {
    points_ = preview.charts.empty() ? 0 : preview.charts.front().untouched.size();
    to_ = preview.from + preview.step * static_cast<std::int64_t>(points_ > 1 ? points_ - 1 : 1);
  }

  void draw() {
    const double charts = static_cast<double>(preview_.charts.size()) * (kChartHeight + kChartGap);
    const double height = kTop + charts + static_cast<double>(preview_.marks.size()) * kLineHeight + 24;
    out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << number(kWidth) << " "
         << number(height) << "\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n"
         << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    text(kLeft, 24, preview_.title, "font-size=\"16\"");
    double y = kTop + 16;
    for (const PreviewChart& chart : preview_.charts) {
      draw_chart(chart, y);
      y += kChartHeight + kChartGap;
    }
    for (const PreviewMark& mark : preview_.marks) {
      char at[24];
      std::snprintf(at, sizeof at, "%+.1f min", mark.at.seconds() / 60);
      text(kLeft, y, at, mark.causal ? "fill=\"#b3261e\"" : "fill=\"#444\"");
      text(kLeft + 80, y, mark.text, mark.causal ? "fill=\"#b3261e\"" : "fill=\"#444\"");
      y += kLineHeight;
    }
    out_ << "</svg>\n";
  }

 private:
  double x_of(Duration at) const {
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>((at - preview_.from).us) /
                       static_cast<double>((to_ - preview_.from).us);
  }

  void text(double x, double y, const std::string& what, const char* attributes) {
    out_ << "<text x=\"" << coordinate(x) << "\" y=\"" << coordinate(y) << "\" " << attributes << ">"
         << escaped(what) << "</text>\n";
  }

  void vertical(Duration at, double y, const char* style) {
    if (at < preview_.from || at > to_) return;
    const std::string x = coordinate(x_of(at));
    out_ << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << coordinate(y) << "\" y2=\""
         << coordinate(y + kChartHeight) << "\" " << style << "/>\n";
  }

  void draw_chart(const PreviewChart& chart, double y) {
    double top = 0;
    for (const auto* values : {&chart.untouched, &chart.reference}) {
      for (const double v : *values) {
        if (std::isfinite(v)) top = std::max(top, v);
      }
    }
    if (top <= 0) top = 1;
    text(kLeft, y - 6, chart.title + ", " + chart.unit, "fill=\"#222\"");
    out_ << "<rect x=\"" << number(kLeft) << "\" y=\"" << coordinate(y) << "\" width=\""
         << number(kWidth - kLeft - kRight) << "\" height=\"" << number(kChartHeight)
         << "\" fill=\"none\" stroke=\"#ccc\"/>\n";
    text(8, y + 10, number(top), "fill=\"#666\"");
    text(8, y + kChartHeight, "0", "fill=\"#666\"");
    for (const PreviewMark& mark : preview_.marks) {
      if (mark.causal) vertical(mark.at, y, "stroke=\"#b3261e\" stroke-dasharray=\"3 3\"");
    }
    vertical(Duration{0}, y, "stroke=\"#222\"");
    line(chart.untouched, top, y, "#b3261e");
    line(chart.reference, top, y, "#1a66c2");
  }

  void line(const std::vector<double>& values, double top, double y, const char* colour) {
    out_ << "<path fill=\"none\" stroke-width=\"1.5\" stroke=\"" << colour << "\" d=\"";
    bool drawing = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        drawing = false;
        continue;
      }
      const Duration at = preview_.from + preview_.step * static_cast<std::int64_t>(i);
      out_ << (drawing ? "L" : "M") << coordinate(x_of(at)) << " "
           << coordinate(y + kChartHeight * (1 - std::min(values[i] / top, 1.0)));
      drawing = true;
    }
    out_ << "\"/>\n";
  }

  const Preview& preview_;
  std::ostream& out_;
  std::size_t points_ = 0;
  Duration to_;
};

}  // namespace

void write_svg(const Preview& preview, std::ostream& out) {
  Picture(preview, out).draw();
}

}  // namespace incident::scenario
