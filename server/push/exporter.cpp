#include "push/exporter.h"

#include <utility>

#include "push/lane.h"

namespace incident::push {

Feed::Feed(std::shared_ptr<Lane> lane, std::string name, otlp::StreamOptions stream, Done done)
    : state_(std::make_shared<State>(std::move(name), std::move(stream), std::move(done))),
      lane_(std::move(lane)) {}

Feed::~Feed() = default;

void Feed::offer(std::shared_ptr<const telemetry::Telemetry> picture, bool last) {
  lane_->offer(state_, std::move(picture), last);
}

Tally Feed::tally() const {
  const std::lock_guard lock(state_->mutex);
  return state_->tally;
}

std::string Feed::trouble() const {
  const std::lock_guard lock(state_->mutex);
  return state_->trouble;
}

Exporter::Exporter(std::vector<boost::asio::any_io_executor> lanes, boost::asio::any_io_executor cutters,
                   ExporterOptions options)
    : signals_(options.collector.signals()) {
  for (auto& executor : lanes) {
    lanes_.push_back(std::make_shared<Lane>(std::move(executor), cutters, options));
    lanes_.back()->start();
  }
}

Exporter::~Exporter() {
  stop();
}

std::shared_ptr<Feed> Exporter::open(std::string name, otlp::StreamOptions stream, Feed::Done done) {
  for (std::size_t i = 0; i < signals_.size(); ++i) stream.signals[i] = stream.signals[i] && signals_[i];
  const std::size_t lane = next_.fetch_add(1) % lanes_.size();
  return std::make_shared<Feed>(lanes_[lane], std::move(name), std::move(stream), std::move(done));
}

Tally Exporter::total() const {
  Tally tally;
  for (const auto& lane : lanes_) tally.add(lane->total());
  return tally;
}

void Exporter::stop() {
  for (const auto& lane : lanes_) lane->stop();
  for (const auto& lane : lanes_) lane->ended_within(kStopGrace);
}

}  // namespace incident::push
