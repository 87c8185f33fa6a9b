// A trace as a tree in the order a waterfall shows it, and its critical path: at each moment the one span that
// the whole was waiting for. Pure functions; times are simulated seconds.
import type { Span } from './messages';

export interface Row {
  span: Span;
  depth: number;
  /** Has children of its own. */
  parent: boolean;
}

export interface Stretch {
  span: string;
  from: number;
  to: number;
}

export function endOf(span: Span): number {
  return span.at + span.duration_ms / 1000;
}

function childrenOf(spans: Span[]): { roots: Span[]; children: Map<string, Span[]> } {
  const ids = new Set(spans.map((s) => s.id));
  const children = new Map<string, Span[]>();
  const roots: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.at - b.at)) {
    // A span whose parent was not kept stands at the top.
    if (span.parent === '' || !ids.has(span.parent)) roots.push(span);
    else children.set(span.parent, [...(children.get(span.parent) ?? []), span]);
  }
  return { roots, children };
}

export function waterfall(spans: Span[], folded: ReadonlySet<string> = new Set()): Row[] {
  const { roots, children } = childrenOf(spans);
  const rows: Row[] = [];
  const walk = (span: Span, depth: number): void => {
    const below = children.get(span.id) ?? [];
    rows.push({ span, depth, parent: below.length > 0 });
    if (!folded.has(span.id)) for (const child of below) walk(child, depth + 1);
  };
  for (const root of roots) walk(root, 0);
  return rows;
}

/** Walks back from the end of the root: the child that ended last before now is what the parent waited for. */
export function criticalPath(spans: Span[]): Stretch[] {
  const { roots, children } = childrenOf(spans);
  if (roots.length === 0) return [];
  const path: Stretch[] = [];
  const add = (span: string, from: number, to: number): void => {
    if (to - from > 1e-9) path.push({ span, from, to });
  };
  // Walks the children from the last to the first and answers from when on nothing was waited for; `own` takes
  // the stretches in between.
  const through = (below: Span[], from: number, until: number, own: (from: number, to: number) => void): number => {
    let now = until;
    for (const child of [...below].sort((a, b) => endOf(b) - endOf(a))) {
      const end = endOf(child);
      // One that ends after the moment we look back from was not waited for.
      if (end > now + 1e-9 || child.at >= now || end <= from) continue;
      own(end, now);
      walk(child, end);
      now = Math.max(child.at, from);
    }
    return now;
  };
  const walk = (span: Span, until: number): void => {
    const own = (from: number, to: number): void => add(span.id, from, to);
    const end = Math.min(until, endOf(span));
    own(span.at, through(children.get(span.id) ?? [], span.at, end, own));
  };
  // Several roots are tries of one user one after the other; the pauses between belong to nobody.
  through(roots, Math.min(...roots.map((r) => r.at)), Math.max(...roots.map(endOf)), () => undefined);
  return path.reverse();
}

/** Seconds each span itself is on the critical path. */
export function criticalTime(path: Stretch[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const s of path) sum.set(s.span, (sum.get(s.span) ?? 0) + s.to - s.from);
  return sum;
}
