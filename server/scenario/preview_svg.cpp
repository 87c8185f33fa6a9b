// A preview as one SVG picture.
#include "scenario/chart_svg.h"
#include "scenario/preview.h"

namespace incident::scenario {

void write_svg(const Preview& preview, std::ostream& out) {
  SvgPage page{preview.title, preview.from, preview.step, {}, {}};
  for (const PreviewChart& chart : preview.charts) {
    page.charts.push_back({chart.title,
                           chart.unit,
                           {{"nobody acts", chart.untouched}, {"reference solution", chart.reference}}});
  }
  for (const PreviewMark& mark : preview.marks) page.marks.push_back({mark.at, mark.text, mark.causal});
  write_svg(page, out);
}

}  // namespace incident::scenario
