// topk, bottomk and limitk: which rows of each group stay, step by step.
#pragma once

#include <vector>

#include "promql/ast.h"
#include "promql/frame.h"

namespace incident::promql {

// Rows of a frame that are aggregated together, and the labels of what comes out.
struct RowGroup {
  LabelsPtr labels;
  std::vector<std::size_t> rows;
};

// `k` is one number a step. In an instant answer (one step) the rows of a group come best first.
Frame choose(AggregateOp op, const Frame& frame, const std::vector<RowGroup>& groups,
             const std::vector<double>& k, Budget& budget);

}  // namespace incident::promql
