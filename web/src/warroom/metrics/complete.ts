// Completion in the query field: what stands before the cursor, and what could stand there. Pure.

export interface Prefix {
  text: string;
  from: number;
  /** Inside braces a label is meant, outside a metric or a function. */
  place: 'name' | 'label';
}

const word = /[a-zA-Z_:][a-zA-Z0-9_:]*$/;

export function prefixAt(query: string, cursor: number): Prefix | null {
  const before = query.slice(0, cursor);
  const quotes = (before.match(/(?<!\\)"/g) ?? []).length;
  if (quotes % 2 === 1) return null; // in a string
  const found = word.exec(before);
  if (!found || found[0].length < 2) return null;
  const braces = before.lastIndexOf('{') > before.lastIndexOf('}');
  const grouping = /\b(by|without|on|ignoring)\s*\([^)]*$/.test(before);
  return { text: found[0], from: cursor - found[0].length, place: braces || grouping ? 'label' : 'name' };
}

export const functions = [
  'rate', 'irate', 'increase', 'delta', 'deriv', 'histogram_quantile', 'label_replace', 'label_join', 'absent',
  'avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time', 'count_over_time', 'quantile_over_time',
  'sum by', 'avg by', 'max by', 'min by', 'count by', 'topk', 'bottomk', 'quantile', 'clamp_min', 'clamp_max',
  'changes', 'resets', 'sort_desc', 'predict_linear',
];

/** Those that start with the prefix first, then those that hold it. */
export function completions(prefix: Prefix, names: string[], labels: string[], max: number): string[] {
  const pool = prefix.place === 'label' ? labels : [...functions, ...names];
  const text = prefix.text.toLowerCase();
  const starts = pool.filter((n) => n.toLowerCase().startsWith(text));
  const holds = pool.filter((n) => !n.toLowerCase().startsWith(text) && n.toLowerCase().includes(text));
  return [...starts, ...holds].filter((n) => n !== prefix.text).slice(0, max);
}
