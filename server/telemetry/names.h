// What the parts of a model are called in metrics, lines and spans, worked out once for each Telemetry and
// shared by its forks. Immutable; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/model.h"
#include "sim/outcome.h"

namespace incident::telemetry {

// How a service writes its lines. Taken from its tags ("java", "lang:go", "nginx" ...) and its kind.
enum class LogStyle : std::uint8_t { kGo, kJava, kNode, kPython, kNginx, kEnvoy, kPostgres, kRedis };

struct ServiceNames {
  std::string name;
  std::string class_name;  // "order-history" as "OrderHistory"
  sim::ServiceKind kind = sim::ServiceKind::kApplication;
  LogStyle style = LogStyle::kGo;
  bool edge = false;     // customers call it
  bool watched = false;  // it has pods that can be scraped and that write lines
};

struct OperationNames {
  std::string name;           // as the model has it
  std::string method, route;  // "GET /cart" taken apart; the method may be empty
};

// One running instance of a service, from its start to its end.
struct PodName {
  std::string name, version;
  sim::ServiceId service;
};
using PodNamePtr = std::shared_ptr<const PodName>;
inline constexpr std::uint32_t kNoPod = UINT32_MAX;

// Purpose of the draw that keeps a healthy trace and its routine lines.
inline constexpr std::uint64_t kDrawKeep = 1;

// A trace's public id as a number.
struct TraceKey {
  std::uint64_t high = 0, low = 0;
  bool operator==(const TraceKey&) const = default;
};
// 32 hex digits, either case, or nothing.
std::optional<TraceKey> parse_trace_id(std::string_view text);

class Names {
 public:
  Names(std::shared_ptr<const sim::Model> model, std::uint64_t seed);

  const sim::Model& model() const { return *model_; }
  const ServiceNames& service(sim::ServiceId id) const { return services_[id.index()]; }
  const OperationNames& operation(sim::OperationId id) const { return operations_[id.index()]; }
  const ServiceNames& service_of(sim::OperationId id) const {
    return service(model_->operations[id.index()].service);
  }
  sim::ServiceId callee(sim::EdgeId id) const {
    return model_->operations[model_->edges[id.index()].to.index()].service;
  }
  sim::OperationId operation_of(sim::EdgeId id) const { return model_->edges[id.index()].to; }
  bool to_store(sim::EdgeId id) const {  // a database or a cache
    const auto kind = service(callee(id)).kind;
    return kind == sim::ServiceKind::kDatabase || kind == sim::ServiceKind::kCache;
  }

  // Numbers as clients see them: a keyed pseudo-random function (SipHash-2-4), so that ids tell neither the
  // seed nor how many there are.
  TraceKey trace_key(std::uint64_t number) const;
  std::string trace_id(std::uint64_t number) const;  // 32 hex digits
  void write_trace_id(std::uint64_t number, std::span<char, 32> out) const;
  std::string span_id(std::uint64_t trace, std::uint32_t index) const;    // 16 hex digits
  std::uint64_t draw(std::uint64_t purpose, std::uint64_t number) const;  // for sampling by number

 private:
  std::shared_ptr<const sim::Model> model_;
  std::vector<ServiceNames> services_;
  std::vector<OperationNames> operations_;
  std::uint64_t key_[2];
};

// HTTP status of a task that ended so, as its server answers.
int http_status(sim::Outcome outcome);
// What a client's metrics say of an attempt: the status of an answer, or else the kind of error.
struct ClientStatus {
  int http = 0;  // 0: there was no answer
  const char* error_type = "";
};
ClientStatus client_status(sim::Outcome outcome);

}  // namespace incident::telemetry
