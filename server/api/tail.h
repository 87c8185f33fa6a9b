// Following an arena's log lines over a WebSocket, as Loki's /loki/api/v1/tail does: Grafana's live view and
// `logcli query --tail`. Frames are {"streams":[{"stream":{...},"values":[["ns","line"],...]}]}, oldest line
// first, with "dropped_entries":[{"labels":{...},"timestamp":"ns"}] for lines that were left out because the
// client or the query could not keep up.
//
// A follower looks at the arena again and again, as any query does: who may see it is asked each time, and
// each look is a consistent view. So it costs no memory while its client is slow: what is not read yet stays
// in the log store, and what waits to be sent is bounded by kTailQueuedBytesMax. It ends when the match does
// (1000), when its client may look no more (1008) or goes, or when the server stops.
//
// Any thread may call; a follower runs on the executor it is given, its socket on the socket's own thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "api/arena_view.h"
#include "net/server.h"

namespace incident::api {

struct TailLook {
  ArenaView view;
  bool ended = false;  // nothing will be written any more
};

class Tails {
 public:
  // Looks at the arena, or says why not. Called now and then until the follower has ended.
  using Look = std::function<net::awaitable<Result<TailLook>>()>;

  Tails();

  // The answer to the upgrade: a socket that follows, or Loki's plain text error. `first` is a look just
  // taken; `who` is whose followers are counted together.
  std::variant<net::Response, net::Upgrade> open(boost::asio::any_io_executor executor,
                                                 const net::Request& request, const ArenaView& first,
                                                 const std::string& who, Look look);

 private:
  struct Counts {  // shared with what is open, which may end after this
    std::mutex mutex;
    std::size_t all = 0;
    std::map<std::string, std::size_t> by_who;
  };
  class Ticket;
  std::shared_ptr<Counts> counts_;
};

}  // namespace incident::api
