// The unit that a query's values most likely have, from the names in it; nothing when that is not sure. Pure.

export function unitOf(query: string): string {
  // A quotient has the unit of a share at best, and nobody says which.
  if (query.replace(/"[^"]*"/g, '').includes('/')) return '';
  if (/histogram_quantile\s*\(/.test(query)) return /_seconds_bucket\b/.test(query) ? 's' : '';
  if (/\b(rate|irate)\s*\(/.test(query)) {
    if (/cpu\w*_seconds_total\b/.test(query)) return 'cores';
    return /_(count|total)\b/.test(query) ? '/s' : '';
  }
  if (/\b\w+_bytes\b/.test(query)) return 'bytes';
  return '';
}
