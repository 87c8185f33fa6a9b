// How bad a row of the overview is, and since when: what sorts it and what the headline says. Pure.
import { lastValue } from '../../lib/prometheus';

/** Above this share of bad requests somebody hurts. */
export const badShare = 0.02;
/** This much slower than before the page counts as trouble. */
const slowTimes = 3;

export interface Signals {
  errors: (number | null)[];
  p95: (number | null)[];
  saturation: (number | null)[];
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** 0 is well; one point for each percent of errors, some for slowness and for being full. */
export function badness(signals: Signals): number {
  const errors = lastValue(signals.errors) ?? 0;
  const known = signals.p95.filter((v): v is number => v !== null);
  const usual = median(known.slice(0, Math.max(3, Math.floor(known.length / 3))));
  const now = lastValue(signals.p95) ?? 0;
  const slower = usual > 0 ? now / usual : 1;
  const full = lastValue(signals.saturation) ?? 0;
  return (
    (errors >= 0.005 ? errors * 100 : 0) +
    (slower > slowTimes ? Math.min(40, Math.log2(slower) * 6) : 0) +
    (full > 0.85 ? (full - 0.85) * 60 : 0)
  );
}

export function hurts(signals: Signals): boolean {
  return badness(signals) >= 2;
}

/** The start of the bad stretch that still goes on: two good samples end one. Null when all is well. */
export function badSince(times: number[], bad: (number | null)[], limit = badShare): number | null {
  let since: number | null = null;
  let good = 2;
  bad.forEach((value, i) => {
    if ((value ?? 0) >= limit) {
      if (good >= 2) since = times[i] ?? null;
      good = 0;
    } else {
      good++;
      if (good >= 2) since = null;
    }
  });
  return since;
}

/** Bad over all, sample by sample; no bad ones is zero wherever there is traffic at all. */
export function share(bad: (number | null)[] | undefined, all: (number | null)[] | undefined): (number | null)[] {
  return (all ?? []).map((total, i) => {
    if (total === null) return null;
    return total <= 0 ? 0 : (bad?.[i] ?? 0) / total;
  });
}
