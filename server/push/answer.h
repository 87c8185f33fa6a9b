// What a collector's answer to one export request means. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "net/http_client.h"
#include "push/collector.h"

namespace incident::push {

struct Verdict {
  enum class Kind : std::uint8_t { kTaken, kTryAgain, kRefused } kind = Kind::kTaken;
  std::uint64_t rejected = 0;  // items of a taken request that the collector left out (partialSuccess)
  std::string why;  // in the collector's words, shortened, without any header's value; may be empty
};

Verdict judge(const net::HttpAnswer& answer, const Collector& collector);

}  // namespace incident::push
