// Runs the searches in cases/*.test. The system of all cases: customers ("users") ask cart for "GET /cart",
// cart asks stock for "GET /stock", and stock asks the database "postgres" for "select stock". Each line is
// one step:
//
//   trace NAME at TIME took TIME [to SERVICE] [fails OUTCOME] [pod POD] [attempt N] [queued TIME]
//     A trace down to that service (postgres unless said), in which what is innermost fails with that outcome
//     and the rest because of it. `pod` is the cart's: cart-1 (version 1.0) or cart-2 (1.1). `attempt` is the
//     call's to cart; `queued` how long cart let it wait.
//   search [service=X] [operation="X"] [kind=client|server] [tag:NAME=VALUE]... [min=TIME] [max=TIME]
//     [span_min=TIME] [span_max=TIME] [errors] [from=TIME] [to=TIME] [limit=N] [before=NAME]
//   services | operations SERVICE
//   expect WORDS...      of the last search: names in order; or `nothing`, or `error: MESSAGE`
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "models.h"
#include "traces/engine.h"

namespace incident::traces {
namespace {

using sim::Outcome;
using telemetry::kNoPod;
using telemetry::PodName;
using telemetry::SpanRecord;

Duration time_of(const std::string& text) {
  std::size_t end = 0;
  const auto number = static_cast<std::int64_t>(std::stoll(text, &end));
  const std::string unit = text.substr(end);
  if (unit == "us") return microseconds(number);
  if (unit == "ms") return milliseconds(number);
  if (unit == "s") return seconds(number);
  if (unit == "m") return minutes(number);
  throw std::runtime_error("no time: " + text);
}

// Words; quotes keep spaces inside one.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  bool quoted = false, open = false;
  for (const char c : line) {
    if (c == '#' && !quoted) break;
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (c != '"') words.back() += c;
  }
  return words;
}

class World {
 public:
  World() {
    sim::testing::Builder b;
    const auto cart = b.service("cart", 2), stock = b.service("stock", 1);
    const auto postgres = b.service("postgres", 1, sim::ServiceKind::kDatabase);
    const auto view = b.operation(cart, "GET /cart", {}), level = b.operation(stock, "GET /stock", {});
    const auto select = b.operation(postgres, "select stock", {});
    hops_ = {{"cart", b.edge(b.users, view), view, 0},
             {"stock", b.edge(cart, level), level, 2},
             {"postgres", b.edge(stock, select), select, 3}};
    names_ = std::make_shared<const telemetry::Names>(std::make_shared<const sim::Model>(b.model), 42);
    store_ = std::make_unique<telemetry::TraceStore>(names_);
    for (const PodName& pod : {PodName{"cart-1", "1.0", cart}, PodName{"cart-2", "1.1", cart},
                               PodName{"stock-1", "2.0", stock}, PodName{"postgres-0", "16", postgres}})
      store_->add_pod(std::make_shared<const PodName>(pod));
  }

  void step(const std::vector<std::string>& words) {
    if (words[0] == "trace") return trace(words);
    if (words[0] == "search") return search(words);
    answer_.clear();
    if (words[0] == "services") {
      for (const std::string& name : services(*store_)) answer_ += " " + name;
    } else if (words[0] == "operations") {
      for (const Operation& operation : operations(*store_, words.at(1)))
        answer_ += " " + operation.name + (operation.kind == SpanKind::kServer ? " server" : " client");
    } else {
      throw std::runtime_error("unknown step: " + words[0]);
    }
  }
  std::string answer() const { return answer_.empty() ? "nothing" : answer_.substr(1); }

 private:
  struct Hop {
    std::string callee;
    sim::EdgeId edge;
    sim::OperationId operation;
    std::uint32_t pod;
  };

  void trace(const std::vector<std::string>& words) {
    std::map<std::string, std::string> said;
    for (std::size_t i = 2; i + 1 < words.size(); i += 2) said[words[i]] = words[i + 1];
    const SimTime start = SimTime{} + time_of(said.at("at"));
    const Duration took = time_of(said.at("took"));
    const std::string last = said.contains("to") ? said["to"] : "postgres";
    Outcome outcome = Outcome::kOk;
    for (int i = 0; i < sim::kOutcomes; ++i) {
      if (said.contains("fails") && said["fails"] == sim::to_string(static_cast<Outcome>(i)))
        outcome = static_cast<Outcome>(i);
    }
    if (said.contains("fails") && outcome == Outcome::kOk) throw std::runtime_error("no such outcome");
    std::vector<SpanRecord> spans;
    std::uint32_t caller = kNoPod;
    for (const Hop& hop : hops_) {
      const bool innermost = hop.callee == last;
      const std::uint32_t pod = hop.callee == "cart" && said["pod"] == "cart-2" ? 1 : hop.pod;
      for (const SpanKind kind : {SpanKind::kClient, SpanKind::kServer}) {
        SpanRecord s;
        const auto inside = static_cast<std::int64_t>(spans.size());
        s.span = static_cast<std::uint32_t>(spans.size() + 1);
        s.parent = s.span - 1;
        s.start = start + milliseconds(inside);
        s.end = start + took - milliseconds(inside);
        s.kind = kind;
        const bool client = kind == SpanKind::kClient;
        s.subject = client ? hop.edge.value : hop.operation.value;
        s.pod = client ? caller : pod;
        s.peer = client ? pod : kNoPod;
        s.attempt = 1;
        if (client && hop.callee == "cart" && said.contains("attempt"))
          s.attempt = static_cast<std::uint16_t>(std::stoi(said["attempt"]));
        if (!client && hop.callee == "cart" && said.contains("queued"))
          s.wait_us = static_cast<std::uint32_t>(time_of(said["queued"]).us);
        if (outcome != Outcome::kOk) s.outcome = innermost && !client ? outcome : Outcome::kDependency;
        spans.push_back(s);
      }
      caller = pod;
      if (innermost) break;
    }
    const std::uint64_t number = ids_.size() + 1;
    ids_[words[1]] = names_->trace_id(number);
    names_by_id_[names_->trace_id(number)] = words[1];
    store_->add(number, spans, outcome == Outcome::kOk ? outcome : Outcome::kDependency, false, 0);
  }

  void search(const std::vector<std::string>& words) {
    Search search;
    search.limit = 100;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      const std::string key = words[i].substr(0, equals);
      const std::string value = equals == std::string::npos ? "" : words[i].substr(equals + 1);
      const auto moment = [&] { return SimTime{} + time_of(value); };
      if (key == "service")
        search.service = value;
      else if (key == "operation")
        search.operation = value;
      else if (key == "kind")
        search.kind = value == "client" ? SpanKind::kClient : SpanKind::kServer;
      else if (key.starts_with("tag:"))
        search.tags.push_back({key.substr(4), value});
      else if (key == "min")
        search.min_duration = time_of(value);
      else if (key == "max")
        search.max_duration = time_of(value);
      else if (key == "span_min")
        search.min_span = time_of(value);
      else if (key == "span_max")
        search.max_span = time_of(value);
      else if (key == "errors")
        search.errors_only = true;
      else if (key == "from")
        search.from = moment();
      else if (key == "to")
        search.to = moment();
      else if (key == "limit")
        search.limit = std::stoul(value);
      else if (key == "before")
        search.before = ids_.contains(value) ? ids_[value] : value;
      else
        throw std::runtime_error("unknown condition: " + key);
    }
    answer_.clear();
    const auto found = summaries(*store_, search);
    if (!found) {
      answer_ = " error: " + found.error().message;
      return;
    }
    for (const auto& trace : *found) answer_ += " " + names_by_id_.at(trace.id);
  }

  std::vector<Hop> hops_;
  std::shared_ptr<const telemetry::Names> names_;
  std::unique_ptr<telemetry::TraceStore> store_;
  std::map<std::string, std::string> ids_, names_by_id_;
  std::string answer_;
};

class TraceCases : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(TraceCases, AreMet) {
  std::ifstream file(GetParam());
  ASSERT_TRUE(file.is_open());
  World world;
  int number = 0, expectations = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const auto words = words_of(line);
    if (words.empty()) continue;
    SCOPED_TRACE(GetParam().filename().string() + ":" + std::to_string(number) + ": " + line);
    if (words[0] != "expect") {
      ASSERT_NO_THROW(world.step(words));
      continue;
    }
    ++expectations;
    EXPECT_EQ(world.answer(), line.substr(line.find("expect") + 7));
  }
  EXPECT_GT(expectations, 0);
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(TRACES_CASES)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

INSTANTIATE_TEST_SUITE_P(Files, TraceCases, ::testing::ValuesIn(files()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace incident::traces
