// The log search of the view: follows filter and window, and keeps older pages that were asked for.
import { problemText } from '../../lib/http';
import type { LogBucket, LogLine } from '../../lib/messages';
import type { Desk, LogFilter } from '../desk.svelte';

const pageSize = 200;
const typingMs = 250;

export class LogSearchState {
  lines = $state.raw<LogLine[]>([]);
  histogram = $state.raw<LogBucket[]>([]);
  matched = $state(0);
  more = $state(false);
  problem = $state('');
  loading = $state(true);
  private older = false;
  private lastKey = '';

  constructor(private readonly desk: Desk) {
    let abort: AbortController | null = null;
    $effect(() => {
      const filter = desk.logFilter;
      const { from, to } = desk.window;
      const doors = desk.doors;
      if (!doors) return;
      const key = JSON.stringify([filter, desk.range]);
      const changed = key !== this.lastKey;
      // Somebody who reads older pages does not want them to jump away under the eyes.
      if (!changed && this.older) return;
      const wait = changed && this.lastKey !== '' ? typingMs : 0;
      this.lastKey = key;
      const timer = setTimeout(() => {
        abort?.abort();
        abort = new AbortController();
        const signal = abort.signal;
        doors.logs({ ...searchOf(filter), from, to, limit: pageSize }, signal).then(
          (page) => {
            this.older = false;
            this.lines = page.lines;
            this.histogram = page.histogram;
            this.matched = page.matched;
            this.more = page.more;
            this.problem = '';
            this.loading = false;
          },
          (error: unknown) => {
            if (signal.aborted) return;
            this.problem = problemText(error);
            this.loading = false;
          },
        );
      }, wait);
      return () => clearTimeout(timer);
    });
    $effect(() => () => abort?.abort());
  }

  async loadOlder(): Promise<void> {
    const last = this.lines.at(-1);
    const doors = this.desk.doors;
    if (!last || !doors) return;
    const key = this.lastKey;
    this.older = true;
    const { from, to } = this.desk.window;
    try {
      const page = await doors.logs({ ...searchOf(this.desk.logFilter), from, to, limit: pageSize, before: last.id });
      if (key !== this.lastKey) return;
      this.lines = [...this.lines, ...page.lines];
      this.more = page.more;
    } catch (error) {
      this.problem = problemText(error);
    }
  }
}

function searchOf(f: LogFilter): Record<string, unknown> {
  return { services: f.services, levels: f.levels, pod: f.pod, trace: f.trace, text: f.text, regex: f.regex };
}
