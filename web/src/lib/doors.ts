// Questions to one arena: /t/{arena}/... Times here are simulated seconds since the page; the Prometheus door
// speaks Unix seconds, and this file is the only place that knows.
import { get } from './http';
import type { LogPage, Trace, TracePage } from './messages';
import { instantOf, matrixOf, type InstantRow, type Matrix, type PrometheusData } from './prometheus';

export interface DashboardPanel {
  title: string;
  unit: string;
  query: string;
  legend: string;
}

export interface Dashboard {
  id: string;
  title: string;
  panels: DashboardPanel[];
}

export interface LogSearch {
  services?: string[];
  levels?: string[];
  pod?: string;
  trace?: string;
  text?: string;
  regex?: boolean;
  from?: number;
  to?: number;
  limit?: number;
  before?: string;
  oldest?: boolean;
}

export interface TraceSearch {
  service?: string;
  operation?: string;
  minMs?: number;
  maxMs?: number;
  tags?: string[]; // of one span, each "name=value"
  errors?: boolean;
  from?: number;
  to?: number;
  limit?: number;
}

interface PrometheusAnswer<T> {
  status: string;
  data: T;
}

export class Doors {
  private readonly base: string;
  private readonly epoch: number;

  constructor(arena: string, wallEpochMs: number) {
    this.base = `/t/${encodeURIComponent(arena)}`;
    this.epoch = wallEpochMs / 1000;
  }

  async range(query: string, from: number, to: number, step: number, signal?: AbortSignal): Promise<Matrix> {
    const q = new URLSearchParams({
      query,
      start: (this.epoch + from).toFixed(3),
      end: (this.epoch + to).toFixed(3),
      step: String(step),
    });
    const answer = await get<PrometheusAnswer<PrometheusData>>(
      `${this.base}/prometheus/api/v1/query_range?${q.toString()}`,
      signal,
    );
    return matrixOf(answer.data, this.epoch, from, to, step);
  }

  async instant(query: string, at: number, signal?: AbortSignal): Promise<InstantRow[]> {
    const q = new URLSearchParams({ query, time: (this.epoch + at).toFixed(3) });
    const answer = await get<PrometheusAnswer<PrometheusData>>(
      `${this.base}/prometheus/api/v1/query?${q.toString()}`,
      signal,
    );
    return instantOf(answer.data);
  }

  async metricNames(): Promise<string[]> {
    const path = `${this.base}/prometheus/api/v1/label/__name__/values`;
    return (await get<PrometheusAnswer<string[]>>(path)).data;
  }

  async labelNames(): Promise<string[]> {
    return (await get<PrometheusAnswer<string[]>>(`${this.base}/prometheus/api/v1/labels`)).data;
  }

  logs(search: LogSearch, signal?: AbortSignal): Promise<LogPage> {
    const q = new URLSearchParams();
    for (const service of search.services ?? []) q.append('service', service);
    for (const level of search.levels ?? []) q.append('level', level);
    add(q, 'pod', search.pod);
    add(q, 'trace', search.trace);
    add(q, 'q', search.text);
    if (search.regex && search.text) q.set('regex', '1');
    if (search.oldest) q.set('oldest', '1');
    add(q, 'from', search.from);
    add(q, 'to', search.to);
    add(q, 'limit', search.limit);
    add(q, 'before', search.before);
    return get<LogPage>(`${this.base}/logs?${q.toString()}`, signal);
  }

  traces(search: TraceSearch, signal?: AbortSignal): Promise<TracePage> {
    const q = new URLSearchParams();
    add(q, 'service', search.service);
    add(q, 'operation', search.operation);
    add(q, 'min_ms', search.minMs);
    add(q, 'max_ms', search.maxMs);
    for (const tag of search.tags ?? []) q.append('tag', tag);
    if (search.errors) q.set('errors', '1');
    add(q, 'from', search.from);
    add(q, 'to', search.to);
    add(q, 'limit', search.limit);
    return get<TracePage>(`${this.base}/traces?${q.toString()}`, signal);
  }

  trace(id: string, signal?: AbortSignal): Promise<Trace> {
    return get<Trace>(`${this.base}/traces/${encodeURIComponent(id)}`, signal);
  }

  async dashboards(): Promise<Dashboard[]> {
    return (await get<{ dashboards: Dashboard[] }>(`${this.base}/dashboards`)).dashboards;
  }
}

function add(q: URLSearchParams, name: string, value: string | number | undefined): void {
  if (value !== undefined && value !== '') q.set(name, String(value));
}
