// What the parts of one war room share: the view and range (both in the address bar), what is selected, what a
// pin would pin, notices, open dialogs. One desk a war room; it ends with it.
import { getContext, setContext } from 'svelte';

import { ink, type Ink } from '../lib/colors';
import type { Doors } from '../lib/doors';
import { problemText } from '../lib/http';
import type { EvidenceRef, Snapshot } from '../lib/messages';
import { stepFor } from '../lib/prometheus';
import type { Room } from '../lib/room.svelte';
import { router } from '../lib/router.svelte';
import type { Command } from '../lib/socket';
import { strings } from '../lib/strings';
import { markersOf, type Marker } from './markers';
import { parseRange, rangeText, type Range, windowOf } from './range';

export const views = ['overview', 'metrics', 'logs', 'traces', 'map', 'alerts', 'changes'] as const;
/** On a phone the side panels are views of their own. */
export const sideViews = ['channel', 'evidence', 'actions'] as const;
export type View = (typeof views)[number] | (typeof sideViews)[number];

/** service, pod, flag, config, change, cache, and whatever else actions are done to. */
export type TargetKind = string;

export interface Target {
  kind: TargetKind;
  name: string;
}

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
}

export type Dialog = 'declare' | 'palette' | 'keys' | 'concede' | 'tools';

const none = { changes: [], alerts: [], actions: [], services: [], pods: [] } satisfies Partial<Snapshot>;
const scrapeSeconds = 5;
const noticeMs = 6000;
const noticesMax = 4;

export class Desk {
  readonly view = $derived.by<View>(() => {
    const name = router.place.query.get('view') ?? 'overview';
    return ([...views, ...sideViews] as string[]).includes(name) ? (name as View) : 'overview';
  });
  readonly range = $derived.by(() => parseRange(router.place.query.get('range')));
  /** The last whole scrape: what live charts run up to. Moves at most every two seconds. */
  at = $state(0);
  readonly window = $derived.by(() => windowOf(this.range, this.at));
  readonly step = $derived.by(() => stepFor(this.window.to - this.window.from, 240, scrapeSeconds));
  readonly live = $derived(this.range.kind !== 'fixed');

  selected = $state.raw<string | null>(null); // a service
  target = $state.raw<Target | null>(null);
  /** What `p` would pin: under the pointer or in focus. Nothing is drawn from it, so it is no state. */
  pinnable: EvidenceRef | null = null;
  dialog = $state<Dialog | null>(null);
  /** On a low screen the data comes first: the panel opens with the first target. */
  actionsOpen = $state(innerHeight >= 1000);
  statusOpen = $state(false);
  notices = $state.raw<Notice[]>([]);
  query = $state('');
  logFilter = $state.raw<LogFilter>(emptyLogFilter);
  traceFilter = $state.raw<TraceFilter>(emptyTraceFilter);
  trace = $state.raw<string | null>(null);

  // Lists of the state keep their identity from tick to tick; what is derived from one alone is not made anew
  // (and no chart drawn again) each second.
  private readonly changes = $derived.by(() => this.room.state?.changes ?? none.changes);
  private readonly alerts = $derived.by(() => this.room.state?.alerts ?? none.alerts);
  private readonly actions = $derived.by(() => this.room.state?.actions ?? none.actions);
  readonly markers = $derived.by<Marker[]>(() =>
    markersOf({ changes: this.changes, alerts: this.alerts, actions: this.actions }),
  );
  readonly services = $derived.by(() => this.room.state?.services ?? none.services);
  readonly pods = $derived.by(() => this.room.state?.pods ?? none.pods);
  private readonly inks = $derived.by(() => new Map(this.services.map((s, i) => [s.name, ink(i)])));

  private nextNotice = 1;
  private zooms: string[] = [];
  private movedAt = 0;

  constructor(readonly room: Room) {}

  get doors(): Doors | null {
    return this.room.doors;
  }

  inkOf(service: string): Ink {
    return this.inks.get(service) ?? { color: '--muted', dash: [] };
  }

  /** The same as a colour for text, which needs a little more contrast than a line. */
  textOf(service: string): string {
    return `color-mix(in srgb, var(${this.inkOf(service).color}) 84%, var(--text))`;
  }

  /** Called often; lets live charts follow the clock. */
  follow(wallMs: number): void {
    const whole = Math.floor(this.room.now / scrapeSeconds) * scrapeSeconds;
    if (whole === this.at) return;
    if (this.room.readOnly || whole < this.at || wallMs - this.movedAt >= 1900) {
      this.at = whole;
      this.movedAt = wallMs;
    }
  }

  go(view: View): void {
    router.setQuery({ view: view === 'overview' ? null : view }, false);
  }

  setRange(range: Range): void {
    router.setQuery({ range: rangeText(range) });
  }

  zoom(from: number, to: number): void {
    if (to - from < scrapeSeconds * 2) {
      const middle = (from + to) / 2;
      from = middle - scrapeSeconds;
      to = middle + scrapeSeconds;
    }
    this.zooms.push(router.place.query.get('range') ?? '');
    this.setRange({ kind: 'fixed', from: Math.floor(from), to: Math.ceil(to) });
  }

  /** Back to the range before the last zoom; false when there was none. */
  zoomOut(): boolean {
    const before = this.zooms.pop();
    if (before === undefined) {
      if (this.range.kind !== 'fixed') return false;
      router.setQuery({ range: null });
      return true;
    }
    router.setQuery({ range: before === '' ? null : before });
    return true;
  }

  shift(direction: -1 | 1): void {
    const { from, to } = this.window;
    const by = ((to - from) / 2) * direction;
    const end = Math.min(to + by, this.at);
    if (end >= this.at && direction > 0) return router.setQuery({ range: null });
    this.setRange({ kind: 'fixed', from: Math.round(end - (to - from)), to: Math.round(end) });
  }

  backToNow(): void {
    this.zooms = [];
    router.setQuery({ range: null });
  }

  notify(text: string, bad = false): void {
    const id = this.nextNotice++;
    this.notices = [...this.notices.slice(1 - noticesMax), { id, text, bad }];
    setTimeout(() => this.dismiss(id), noticeMs);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((n) => n.id !== id);
  }

  /** Sends a command; a refusal becomes a notice. Answers whether it was done. */
  async do(command: Command): Promise<boolean> {
    try {
      await this.room.send(command);
      return true;
    } catch (error) {
      this.notify(problemText(error), true);
      return false;
    }
  }

  async pin(evidence: EvidenceRef | null = this.pinnable): Promise<void> {
    if (!evidence) return this.notify(strings.evidence.nothing);
    // The board shows what is there; a second pin of the same thing says nothing new.
    if (await this.do({ type: 'pin', evidence })) this.notify(strings.evidence.pinned);
  }

  act(target: Target | null): void {
    if (target) this.target = target;
    this.actionsOpen = true;
    if (matchMedia('(max-width: 900px)').matches) this.go('actions');
    setTimeout(() => document.getElementById('actions')?.querySelector<HTMLElement>('[data-first]')?.focus());
  }

  showLogs(filter: Partial<LogFilter>): void {
    this.logFilter = { ...emptyLogFilter, ...filter };
    this.go('logs');
  }

  showTraces(service: string): void {
    this.traceFilter = { ...emptyTraceFilter, service };
    this.trace = null;
    this.go('traces');
  }

  showTrace(id: string): void {
    this.trace = id;
    this.go('traces');
  }

  explore(query: string): void {
    this.query = query;
    this.go('metrics');
  }
}

export interface LogFilter {
  text: string;
  regex: boolean;
  levels: string[];
  services: string[];
  pod: string;
  trace: string;
}

export const emptyLogFilter: LogFilter = { text: '', regex: false, levels: [], services: [], pod: '', trace: '' };

export interface TraceFilter {
  service: string;
  minMs: string;
  maxMs: string;
  errors: boolean;
  tags: string;
}

export const emptyTraceFilter: TraceFilter = { service: '', minMs: '', maxMs: '', errors: false, tags: '' };

const key = Symbol('desk');

export function provideDesk(desk: Desk): Desk {
  return setContext(key, desk);
}

export function useDesk(): Desk {
  return getContext<Desk>(key);
}
