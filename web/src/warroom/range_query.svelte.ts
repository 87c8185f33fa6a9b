// A PromQL range query that follows the desk's window: asked again when window, step or query changes, the one
// under way given up. Made while a component is set up.
import { problemText } from '../lib/http';
import type { Matrix } from '../lib/prometheus';
import type { Desk } from './desk.svelte';

export class RangeQuery {
  matrix = $state.raw<Matrix | null>(null);
  problem = $state('');
  /** True until the first answer, and when the query itself has changed. */
  loading = $state(true);
  /** An answer is on its way. */
  busy = $state(false);

  private round = $state(0);

  constructor(desk: Desk, query: () => string) {
    let asked = '';
    let moved = false;
    let abort: AbortController | null = null;
    $effect(() => {
      const text = query();
      const doors = desk.doors;
      const { from, to } = desk.window;
      const step = desk.step;
      void this.round;
      if (!doors || text === '') {
        this.matrix = null;
        this.loading = false;
        this.busy = false;
        return;
      }
      // A live chart that is asked every two seconds must not starve: only another query gives one up, and a
      // window that has moved meanwhile is asked for right after.
      if (text !== asked) {
        abort?.abort();
        this.loading = true;
      } else if (abort) {
        if (desk.live) {
          moved = true;
          return;
        }
        abort.abort();
      }
      asked = text;
      moved = false;
      const mine = new AbortController();
      abort = mine;
      this.busy = true;
      // On the grid of the step, so that points do not wander as the window moves.
      const start = Math.floor(from / step) * step;
      const end = Math.floor(to / step) * step;
      doors.range(text, start, end, step, mine.signal).then(
        (matrix) => {
          if (abort === mine) abort = null;
          if (mine.signal.aborted) return;
          this.busy = false;
          this.matrix = matrix;
          this.problem = '';
          this.loading = false;
          if (moved) this.round++;
        },
        (error: unknown) => {
          if (abort === mine) abort = null;
          if (mine.signal.aborted) return;
          this.busy = false;
          this.problem = problemText(error);
          this.loading = false;
        },
      );
    });
    $effect(() => () => abort?.abort());
  }
}

/** The answers of several queries as one picture, so that what is drawn from all of them is drawn once. */
export class Together<K extends string> {
  matrices = $state.raw<Partial<Record<K, Matrix | null>>>({});

  constructor(queries: Record<K, RangeQuery>) {
    const entries = Object.entries(queries) as [K, RangeQuery][];
    let complete = false;
    $effect(() => {
      const busy = entries.some(([, query]) => query.busy);
      const found = Object.fromEntries(entries.map(([name, query]) => [name, query.matrix]));
      // The first time whatever is there is better than nothing.
      if (busy && complete) return;
      complete ||= !busy;
      this.matrices = found as Record<K, Matrix | null>;
    });
  }
}
