#include "scenario/grafana.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace incident::scenario {
namespace {

using Json = nlohmann::ordered_json;

// Grafana's grid is 24 columns wide.
constexpr int kColumns = 24, kPanelWidth = 8, kPanelHeight = 8, kLogsWidth = 14, kLogsHeight = 10;

// Our units in Grafana's words; what it has no word for becomes a suffix.
std::string unit_of(std::string_view unit) {
  constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
      {"s", "s"},         {"req/s", "reqps"},         {"percent", "percent"},
      {"count", "short"}, {"cores", "suffix: cores"}, {"bytes", "bytes"}};
  for (const auto& [ours, theirs] : kUnits) {
    if (ours == unit) return std::string(theirs);
  }
  return unit.empty() ? "short" : "suffix: " + std::string(unit);
}

Json source(const char* type, const char* variable) {
  return {{"type", type}, {"uid", std::string("${") + variable + "}"}};
}

Json source_variable(const char* name, const char* label, const char* type) {
  return {{"name", name},  {"label", label}, {"type", "datasource"},
          {"query", type}, {"refresh", 1},   {"hide", 0}};
}

// For the list of traces, which Jaeger searches one service at a time.
Json service_variable() {
  return {{"name", "service"},
          {"label", "Traces of"},
          {"type", "query"},
          {"datasource", source("prometheus", "metrics")},
          {"definition", "label_values(http_server_active_requests, service)"},
          {"query", {{"query", "label_values(http_server_active_requests, service)"}, {"refId", "service"}}},
          {"refresh", 2},
          {"sort", 1},
          {"includeAll", false},
          {"multi", false}};
}

Json time_series(const Panel& panel, int id, int x, int y) {
  return {
      {"id", id},
      {"type", "timeseries"},
      {"title", panel.title},
      {"datasource", source("prometheus", "metrics")},
      {"gridPos", {{"h", kPanelHeight}, {"w", kPanelWidth}, {"x", x}, {"y", y}}},
      {"fieldConfig",
       {{"defaults",
         {{"unit", unit_of(panel.unit)},
          {"min", 0},
          {"custom", {{"lineWidth", 1}, {"fillOpacity", 0}, {"showPoints", "never"}, {"spanNulls", false}}}}},
        {"overrides", Json::array()}}},
      {"options",
       {{"legend", {{"displayMode", "list"}, {"placement", "bottom"}, {"showLegend", true}}},
        {"tooltip", {{"mode", "multi"}, {"sort", "desc"}}}}},
      {"targets", Json::array({{{"refId", "A"},
                                {"datasource", source("prometheus", "metrics")},
                                {"editorMode", "code"},
                                {"expr", panel.query},
                                {"legendFormat", panel.legend.empty() ? "__auto" : panel.legend},
                                {"range", true}}})}};
}

Json logs_panel(int id, int y) {
  return {{"id", id},
          {"type", "logs"},
          {"title", "Warnings and errors"},
          {"datasource", source("loki", "logs")},
          {"gridPos", {{"h", kLogsHeight}, {"w", kLogsWidth}, {"x", 0}, {"y", y}}},
          {"options",
           {{"showTime", true},
            {"showLabels", false},
            {"wrapLogMessage", true},
            {"enableLogDetails", true},
            {"sortOrder", "Descending"},
            {"dedupStrategy", "none"}}},
          {"targets", Json::array({{{"refId", "A"},
                                    {"datasource", source("loki", "logs")},
                                    {"editorMode", "code"},
                                    {"expr", R"({level=~"warn|error"})"},
                                    {"queryType", "range"}}})}};
}

// Jaeger's search as a table; each trace id in it is a link to the trace.
Json traces_panel(int id, int y) {
  return {{"id", id},
          {"type", "table"},
          {"title", "Traces of $service"},
          {"datasource", source("jaeger", "traces")},
          {"gridPos", {{"h", kLogsHeight}, {"w", kColumns - kLogsWidth}, {"x", kLogsWidth}, {"y", y}}},
          {"targets", Json::array({{{"refId", "A"},
                                    {"datasource", source("jaeger", "traces")},
                                    {"queryType", "search"},
                                    {"service", "$service"},
                                    {"limit", 20}}})}};
}

Json alerts_as_annotations() {
  return {{"list", Json::array({{{"name", "Firing alerts"},
                                 {"enable", true},
                                 {"iconColor", "red"},
                                 {"datasource", source("prometheus", "metrics")},
                                 {"expr", R"(ALERTS{alertstate="firing"})"},
                                 {"titleFormat", "{{alertname}}"},
                                 {"step", "15s"}}})}};
}

}  // namespace

std::string grafana_json(const SystemInfo& system, const Dashboard& dashboard) {
  Json panels = Json::array();
  int id = 1, x = 0, y = 0;
  for (const Panel& panel : dashboard.panels) {
    if (x + kPanelWidth > kColumns) {
      x = 0;
      y += kPanelHeight;
    }
    panels.push_back(time_series(panel, id++, x, y));
    x += kPanelWidth;
  }
  if (!dashboard.panels.empty()) y += kPanelHeight;
  panels.push_back(logs_panel(id++, y));
  panels.push_back(traces_panel(id++, y));

  const Json json = {
      {"uid", "incident-" + system.id + "-" + dashboard.id},
      {"title", system.title + ": " + dashboard.title},
      {"description", "Made from scenarios/systems/" + system.id + ".json by `incident scenario dashboards " +
                          system.id + " --grafana`. Now is now in the match."},
      {"tags", Json::array({"incident-challenge", system.id})},
      {"schemaVersion", 39},
      {"version", 1},
      {"editable", true},
      {"graphTooltip", 1},
      {"refresh", "5s"},
      {"time", {{"from", "now-30m"}, {"to", "now"}}},
      {"timezone", "browser"},
      {"annotations", alerts_as_annotations()},
      {"links", Json::array({{{"title", "Other dashboards of this system"},
                              {"type", "dashboards"},
                              {"tags", Json::array({system.id})},
                              {"asDropdown", true},
                              {"includeVars", true},
                              {"keepTime", true}}})},
      {"templating",
       {{"list", Json::array({source_variable("metrics", "Metrics", "prometheus"),
                              source_variable("logs", "Logs", "loki"),
                              source_variable("traces", "Traces", "jaeger"), service_variable()})}}},
      {"panels", std::move(panels)}};
  return json.dump(2) + "\n";
}

std::string grafana_file_name(const SystemInfo& system, const Dashboard& dashboard) {
  return system.id + "-" + dashboard.id + ".json";
}

}  // namespace incident::scenario
