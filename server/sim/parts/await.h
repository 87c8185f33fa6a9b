// Customers who wait for what a message brings about: an order is accepted at once and confirmed when a
// consumer has handled it. The broker remembers for a message which customer's request made it; the journey's
// kAwait step then is a request of that customer, from the append until the group has handled the message,
// which fails when that takes longer than the customer's patience. So lag, lost and stuck messages harm
// customers.
//
// A customer waits for one message at a time: the last one that their requests put into a topic that somebody
// waits for. A request that put none makes the step pass at once.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// A user's request begins: whom its trace is of.
void remember_user(World& w, std::uint32_t trace, std::uint32_t user);
// The trace of a message's handling goes on being of that user.
void carry_user(World& w, std::uint32_t trace, Handle user);
// A task appends a message: if its user can wait for it, both remember.
void expect_message(World& w, const Task& t, std::uint16_t topic, Message& message);
void message_handled(World& w, const Message& message, std::uint16_t group, CauseMask cause);
// The kAwait step. True: goes on at once.
bool await_message(World& w, std::uint32_t user);
// False: it is not waiting any more.
bool await_over(World& w, std::uint32_t user);
// Requests that are such waits now.
std::uint64_t awaits_open(const World& w);

}  // namespace incident::sim
