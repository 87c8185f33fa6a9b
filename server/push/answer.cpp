#include "push/answer.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "push/limits.h"
#include "push/retry.h"

namespace incident::push {
namespace {

using nlohmann::json;

constexpr std::string_view kHidden = "(hidden)";

// A collector might repeat a key that it does not know: it does not come further than here.
std::string told_on(std::string text, const Collector& collector) {
  for (const auto& [name, value] : collector.headers) {
    for (std::size_t at = text.find(value); !value.empty() && at != std::string::npos;
         at = text.find(value, at)) {
      text.replace(at, value.size(), kHidden);
      at += kHidden.size();
    }
  }
  if (text.size() > kReasonBytesMax) text.resize(kReasonBytesMax);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text;
}

// A 64 bit number is text in OTLP's JSON, and a number with those who do not care.
std::uint64_t count_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return 0;
  if (found->is_number_unsigned()) return found->get<std::uint64_t>();
  if (!found->is_string()) return 0;
  const auto& text = found->get_ref<const std::string&>();
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Verdict judge(const net::HttpAnswer& answer, const Collector& collector) {
  Verdict verdict;
  const json body = json::parse(answer.body, nullptr, false);
  if (answer.status >= 200 && answer.status < 300) {
    if (!body.is_object() || !body.contains("partialSuccess") || !body["partialSuccess"].is_object())
      return verdict;
    const json& partial = body["partialSuccess"];
    for (const char* name : {"rejectedDataPoints", "rejectedLogRecords", "rejectedSpans"})
      verdict.rejected = std::max(verdict.rejected, count_of(partial, name));
    verdict.why = told_on(text_of(partial, "errorMessage"), collector);
    return verdict;
  }
  verdict.kind = may_retry(answer.status) ? Verdict::Kind::kTryAgain : Verdict::Kind::kRefused;
  verdict.why = "status " + std::to_string(answer.status);
  const std::string words = body.is_object() ? text_of(body, "message") : answer.body;
  if (!words.empty() && !words.starts_with('<')) verdict.why += ": " + told_on(words, collector);
  return verdict;
}

}  // namespace incident::push
