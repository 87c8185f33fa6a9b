// Users: open Poisson arrivals whose rate follows the journey's parameters and the day, their walk through
// the journey's steps (parts/steps.h), and what they bear: each call of a journey is a request of a customer,
// who is harmed when it fails or takes longer than the journey's slow_us.
//
// Arrivals are drawn as exponential amounts of *expected* arrivals, so a change of the rate stretches the
// wait for the next one and moves no draw: two forks see the same arrivals until their own rates differ.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

void start_journeys(World& w);
void on_arrival(World& w, std::uint32_t journey);
// The journey's rate has changed: parameters, or the time of day.
void update_rate(World& w, std::uint32_t journey);
void on_day_step(World& w);
void end_user(World& w, std::uint32_t task);
void begin_customer_request(World& w, Call& c, Task& user);
void customer_request_ended(World& w, const Call& c);

}  // namespace incident::sim
