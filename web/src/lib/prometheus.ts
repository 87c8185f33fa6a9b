// What the Prometheus door answers, in the shape that charts and tables want: one grid of times, one list of
// values a series, null where there is no sample. Pure functions.

export type LabelSet = Record<string, string>;

export type PrometheusData =
  | { resultType: 'matrix'; result: { metric: LabelSet; values: [number, string][] }[] }
  | { resultType: 'vector'; result: { metric: LabelSet; value: [number, string] }[] }
  | { resultType: 'scalar' | 'string'; result: [number, string] };

export interface Series {
  labels: LabelSet;
  values: (number | null)[];
}

export interface Matrix {
  /** Simulated seconds since the page, evenly spaced. */
  times: number[];
  series: Series[];
}

export interface InstantRow {
  labels: LabelSet;
  value: number;
}

export function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

/** A range from `from` to `to` on the grid of `step`; what falls between grid points goes to the nearest. */
export function matrixOf(data: PrometheusData, epoch: number, from: number, to: number, step: number): Matrix {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  const times = Array.from({ length: Math.max(0, count) }, (_, i) => from + i * step);
  const place = (values: [number, string][]): (number | null)[] => {
    const row: (number | null)[] = new Array<number | null>(times.length).fill(null);
    for (const [unix, text] of values) {
      const index = Math.round((unix - epoch - from) / step);
      const value = parseValue(text);
      // Charts have no place for infinity or "not a number"; a gap says it best.
      if (index >= 0 && index < row.length && Number.isFinite(value)) row[index] = value;
    }
    return row;
  };
  if (data.resultType === 'matrix')
    return { times, series: data.result.map((r) => ({ labels: r.metric, values: place(r.values) })) };
  if (data.resultType === 'vector')
    return { times, series: data.result.map((r) => ({ labels: r.metric, values: place([r.value]) })) };
  return { times, series: [{ labels: {}, values: place([data.result]) }] };
}

export function instantOf(data: PrometheusData): InstantRow[] {
  if (data.resultType === 'vector')
    return data.result.map((r) => ({ labels: r.metric, value: parseValue(r.value[1]) }));
  if (data.resultType === 'matrix')
    return data.result.map((r) => ({ labels: r.metric, value: parseValue(r.values.at(-1)?.[1] ?? 'NaN') }));
  return [{ labels: {}, value: parseValue(data.result[1]) }];
}

/** The labels in which the series differ: what a legend must show and no more. */
export function differingLabels(series: { labels: LabelSet }[]): string[] {
  const names = new Set(series.flatMap((s) => Object.keys(s.labels)));
  return [...names].filter((name) => new Set(series.map((s) => s.labels[name] ?? '')).size > 1).sort();
}

/** A short name for a series among its neighbours; `legend` may be a template with {{label}}. */
export function seriesName(labels: LabelSet, differing: string[], legend = ''): string {
  if (legend.includes('{{')) return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => labels[name] ?? '');
  const shown = differing.filter((n) => n !== '__name__').map((n) => labels[n] ?? '');
  const text = shown.filter((v) => v !== '').join(' · ');
  if (text !== '') return text;
  if (legend !== '') return legend;
  if (labels['__name__']) return labels['__name__'];
  const rest = Object.entries(labels).map(([k, v]) => `${k}=${v}`);
  return rest.length > 0 ? rest.join(' ') : 'value';
}

export function lastValue(values: (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const v = values[i];
    if (v !== null && v !== undefined) return v;
  }
  return null;
}

export interface Summary {
  first: number;
  last: number;
  min: number;
  max: number;
  maxAt: number;
}

/** For text beside a chart. Null when there is no sample. */
export function summarize(times: number[], values: (number | null)[]): Summary | null {
  let out: Summary | null = null;
  values.forEach((v, i) => {
    if (v === null) return;
    const at = times[i] ?? 0;
    if (!out) out = { first: v, last: v, min: v, max: v, maxAt: at };
    out.last = v;
    out.min = Math.min(out.min, v);
    if (v > out.max) {
      out.max = v;
      out.maxAt = at;
    }
  });
  return out;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** The finest step that keeps a chart at most `points` wide, never under what is scraped. */
export function stepFor(span: number, points: number, scrape = 5): number {
  const wanted = Math.max(span / points, scrape);
  return steps.find((s) => s >= wanted) ?? Math.ceil(wanted / 600) * 600;
}

/** The window for rate(): wide enough for four scrapes and for the step. */
export function windowFor(step: number, scrape = 5): string {
  return `${Math.max(scrape * 4, step * 2)}s`;
}

/** A label value as a string literal of PromQL. */
export function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}
