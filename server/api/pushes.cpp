#include "api/pushes.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>

#include "base/log.h"

namespace incident::api {
namespace {

// A match that is so far in when it is first seen was recovered after a restart.
constexpr Duration kNewWithin = minutes(2);

}  // namespace

Pushes::Pushes(Rooms& rooms, push::Exporter& exporter, PushSettings settings,
               boost::asio::thread_pool::executor_type ticks)
    : rooms_(rooms), exporter_(exporter), settings_(settings), strand_(ticks), timer_(strand_) {}

void Pushes::start() {
  boost::asio::post(strand_, [this] { look_later(); });
}

void Pushes::stop() {
  boost::asio::post(strand_, [this] {
    stopped_ = true;
    timer_.cancel();
  });
}

void Pushes::look_later() {
  if (stopped_) return;
  timer_.expires_after(settings_.look_every);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (ec || stopped_) return;
    look();
    look_later();
  });
}

void Pushes::look() {
  std::set<std::string> live;
  for (const SharedRoom& room : rooms_.live()) {
    if (room->info().archived) continue;
    live.insert(room->info().id);
    const auto phase = room->phase();
    if (phase == match::Phase::kLobby || phase == match::Phase::kBriefing) continue;
    room->pictures([this, room](std::vector<Room::TeamPicture> pictures) {
      boost::asio::post(strand_, [this, room, pictures = std::move(pictures)] { offer(room, pictures); });
    });
  }
  std::erase_if(feeds_, [&](const auto& entry) { return live.count(entry.first.first) == 0; });
}

void Pushes::offer(const SharedRoom& room, const std::vector<Room::TeamPicture>& pictures) {
  if (stopped_) return;
  for (const auto& picture : pictures) {
    const auto [place, is_new] = feeds_.try_emplace({room->info().id, picture.team});
    if (is_new) place->second = open(*room, picture);
    if (!place->second) continue;
    place->second->offer(picture.view.telemetry, picture.finished);
    if (picture.finished) place->second.reset();
  }
}

std::shared_ptr<push::Feed> Pushes::open(const Room& room, const Room::TeamPicture& picture) {
  const ArenaView& view = picture.view;
  otlp::StreamOptions stream;
  stream.identity.system = view.incident->info->id;
  stream.identity.attributes = {{"incident.id", view.incident->id},
                                {"incident.match.id", room.info().id},
                                {"incident.team.id", picture.team},
                                {"incident.team.name", picture.name}};
  stream.identity.epoch_ms = view.sim_epoch_ms();
  stream.metric_interval = settings_.metric_interval;
  const bool recovered = view.now - view.page > kNewWithin * room.info().settings.time_scale;
  stream.from = recovered ? view.now : std::max(SimTime{}, view.page - settings_.history);
  const std::string name = room.info().id + "/" + picture.team;
  log::info("push", "pushing a match", {{"feed", name}, {"from_the_middle", recovered}});
  return exporter_.open(name, std::move(stream));
}

}  // namespace incident::api
