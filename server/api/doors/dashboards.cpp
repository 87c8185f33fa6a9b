// The system's dashboards: panels as PromQL, for our own client and anybody's.
#include "api/codec.h"
#include "api/doors/doors.h"
#include "api/messages_out.h"

namespace incident::api {

net::Response dashboards_door(const ArenaView& view) {
  out::Dashboards message;
  for (const auto& dashboard : view.incident->info->dashboards) {
    out::Dashboard row;
    row.id = dashboard.id;
    row.title = dashboard.title;
    for (const auto& panel : dashboard.panels)
      row.panels.push_back({panel.title, panel.unit, panel.query, panel.legend});
    message.dashboards.push_back(std::move(row));
  }
  return net::json_response(200, encode_body(message));
}

}  // namespace incident::api
