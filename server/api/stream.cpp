#include "api/stream.h"

#include "api/limits.h"

namespace incident::api {

void Stream::keep(net::Frame frame) {
  bytes_ += frame->size();
  kept_.push_back(std::move(frame));
  while (kept_.size() > kStreamFramesMax || bytes_ > kStreamBytesMax) {
    bytes_ -= kept_.front()->size();
    kept_.pop_front();
  }
}

std::optional<std::vector<net::Frame>> Stream::after(const std::string& epoch, std::int64_t since) const {
  const std::int64_t missing = seq_ - since;
  if (epoch != epoch_ || missing < 0 || missing > static_cast<std::int64_t>(kept_.size()))
    return std::nullopt;
  return std::vector<net::Frame>(kept_.end() - missing, kept_.end());
}

}  // namespace incident::api
