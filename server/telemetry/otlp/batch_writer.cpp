#include "otlp/batch_writer.h"

#include <utility>

namespace incident::otlp {
namespace {

struct Words {
  const char *request, *scope;
};

constexpr Words kWords[kSignals] = {
    {R"({"resourceMetrics":[)", R"(,"scopeMetrics":[{"scope":{"name":"incident"},"metrics":[)"},
    {R"({"resourceLogs":[)", R"(,"scopeLogs":[{"scope":{"name":"incident"},"logRecords":[)"},
    {R"({"resourceSpans":[)", R"(,"scopeSpans":[{"scope":{"name":"incident"},"spans":[)"},
};

}  // namespace

const char* to_string(Signal signal) {
  constexpr const char* kNames[kSignals] = {"metrics", "logs", "traces"};
  return kNames[static_cast<int>(signal)];
}

void BatchWriter::add(std::string_view resource, std::string_view opening, std::string_view closing,
                      std::string_view item) {
  if (items_ > 0 && (items_ >= limits_.items || body_.size() + item.size() > limits_.bytes)) finish();
  const Words& words = kWords[static_cast<int>(signal_)];
  if (items_ == 0) body_ = words.request;
  if (in_resource_ && resource != resource_) close_resource();
  if (!in_resource_) {
    if (items_ > 0) body_ += ',';
    body_ += R"({"resource":)";
    body_ += resource;
    body_ += words.scope;
    resource_ = resource;
    in_resource_ = true;
  } else if (in_group_ && opening != opening_) {
    close_group();
    body_ += ',';
  } else {
    body_ += ',';
  }
  if (!in_group_) {
    body_ += opening;
    opening_ = opening;
    closing_ = closing;
    in_group_ = true;
  }
  body_ += item;
  ++items_;
}

void BatchWriter::close_group() {
  body_ += closing_;
  in_group_ = false;
}

void BatchWriter::close_resource() {
  close_group();
  body_ += "]}]}";
  in_resource_ = false;
}

void BatchWriter::finish() {
  if (items_ == 0) return;
  close_resource();
  body_ += "]}";
  out_.push_back({signal_, std::move(body_), items_});
  body_.clear();
  items_ = 0;
}

}  // namespace incident::otlp
