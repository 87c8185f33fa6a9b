#include <algorithm>

#include "traces/engine.h"

namespace incident::traces {
namespace {

// Calls back with the service and the operation of everything that a kept trace has shown.
template <class Take>
void for_each_seen(const telemetry::TraceStore& store, Take take) {
  const telemetry::Names& names = store.names();
  const sim::Model& model = names.model();
  for (std::size_t i = 0; i < model.operations.size(); ++i) {
    const sim::OperationId id(i);
    if (store.seen(id)) take(model.operations[i].service, names.operation(id).name, SpanKind::kServer);
  }
  for (std::size_t i = 0; i < model.edges.size(); ++i) {
    const sim::EdgeId id(i);
    if (store.seen(id))
      take(model.edges[i].from, names.operation(names.operation_of(id)).name, SpanKind::kClient);
  }
}

template <class T>
std::vector<T> sorted(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

std::vector<std::string> services(const telemetry::TraceStore& store) {
  std::vector<std::string> found;
  for_each_seen(store, [&](sim::ServiceId service, const std::string&, SpanKind) {
    found.push_back(store.names().service(service).name);
  });
  return sorted(std::move(found));
}

std::vector<Operation> operations(const telemetry::TraceStore& store, std::string_view service) {
  std::vector<Operation> found;
  for_each_seen(store, [&](sim::ServiceId owner, const std::string& name, SpanKind kind) {
    if (store.names().service(owner).name == service) found.push_back({name, kind});
  });
  return sorted(std::move(found));
}

}  // namespace incident::traces
