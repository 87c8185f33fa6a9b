#include "scenario/chart_svg.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace incident::scenario {
namespace {

constexpr double kWidth = 960, kLeft = 64, kRight = 16;
constexpr double kChartHeight = 120, kChartGap = 52, kTop = 48;
constexpr double kLineHeight = 18, kLegendGap = 24, kLetterWidth = 6.5;
// Red, blue, green, orange, purple: told apart by their lightness too.
constexpr const char* kColours[] = {"#b3261e", "#1a66c2", "#2e7d32", "#e08a00", "#6a3d9a"};

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

const char* colour_of(std::size_t line) {
  return kColours[line % std::size(kColours)];
}

class Picture {
 public:
  Picture(const SvgPage& page, std::ostream& out) : page_(page), out_(out) {
    std::size_t points = 0;
    for (const SvgChart& chart : page.charts) {
      for (const SvgLine& line : chart.lines) points = std::max(points, line.values.size());
    }
    to_ = page.from + page.step * static_cast<std::int64_t>(points > 1 ? points - 1 : 1);
  }

  void draw() {
    const double charts = static_cast<double>(page_.charts.size()) * (kChartHeight + kChartGap);
    const double height = kTop + charts + static_cast<double>(page_.marks.size()) * kLineHeight + 24;
    out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << number(kWidth) << " "
         << number(height) << "\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n"
         << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    text(kLeft, 24, page_.title, "font-size=\"16\"");
    double y = kTop + 16;
    for (const SvgChart& chart : page_.charts) {
      draw_chart(chart, y);
      y += kChartHeight + kChartGap;
    }
    for (const SvgMark& mark : page_.marks) {
      char at[24];
      std::snprintf(at, sizeof at, "%+.1f min", mark.at.seconds() / 60);
      text(kLeft, y, at, mark.strong ? "fill=\"#b3261e\"" : "fill=\"#444\"");
      text(kLeft + 80, y, mark.text, mark.strong ? "fill=\"#b3261e\"" : "fill=\"#444\"");
      y += kLineHeight;
    }
    out_ << "</svg>\n";
  }

 private:
  double x_of(Duration at) const {
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>((at - page_.from).us) /
                       static_cast<double>((to_ - page_.from).us);
  }

  void text(double x, double y, const std::string& what, const std::string& attributes) {
    out_ << "<text x=\"" << coordinate(x) << "\" y=\"" << coordinate(y) << "\" " << attributes << ">"
         << escaped(what) << "</text>\n";
  }

  void vertical(Duration at, double y, const char* style) {
    if (at < page_.from || at > to_) return;
    const std::string x = coordinate(x_of(at));
    out_ << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << coordinate(y) << "\" y2=\""
         << coordinate(y + kChartHeight) << "\" " << style << "/>\n";
  }

  void draw_chart(const SvgChart& chart, double y) {
    double top = 0;
    for (const SvgLine& line : chart.lines) {
      for (const double v : line.values) {
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
    for (const SvgMark& mark : page_.marks) {
      if (mark.strong) vertical(mark.at, y, "stroke=\"#b3261e\" stroke-dasharray=\"3 3\"");
    }
    vertical(Duration{0}, y, "stroke=\"#222\"");
    double legend = kWidth - kRight;
    for (std::size_t i = chart.lines.size(); i-- > 0;) {
      const SvgLine& line = chart.lines[i];
      draw_line(line.values, top, y, colour_of(i));
      if (line.name.empty()) continue;
      text(legend, y - 6, line.name, "text-anchor=\"end\" fill=\"" + std::string(colour_of(i)) + "\"");
      legend -= static_cast<double>(line.name.size()) * kLetterWidth + kLegendGap;
    }
  }

  void draw_line(const std::vector<double>& values, double top, double y, const char* colour) {
    out_ << "<path fill=\"none\" stroke-width=\"1.5\" stroke=\"" << colour << "\" d=\"";
    bool drawing = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        drawing = false;
        continue;
      }
      const Duration at = page_.from + page_.step * static_cast<std::int64_t>(i);
      out_ << (drawing ? "L" : "M") << coordinate(x_of(at)) << " "
           << coordinate(y + kChartHeight * (1 - std::min(values[i] / top, 1.0)));
      drawing = true;
    }
    out_ << "\"/>\n";
  }

  const SvgPage& page_;
  std::ostream& out_;
  Duration to_;
};

}  // namespace

void write_svg(const SvgPage& page, std::ostream& out) {
  Picture(page, out).draw();
}

}  // namespace incident::scenario
