// How long to wait before the next try to connect: doubling from half a second to ten, with jitter so that
// everybody who lost the server at once does not come back at once.

const firstMs = 500;
const maxMs = 10_000;

/** `attempt` counts from 0; `random` from 0 to 1. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random / 2));
}
