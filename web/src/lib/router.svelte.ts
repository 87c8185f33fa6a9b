// Where the reader is: the path and the query of the address bar, as state.

export interface Place {
  path: string;
  query: URLSearchParams;
}

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

class Router {
  place = $state.raw<Place>(here());

  constructor() {
    addEventListener('popstate', () => (this.place = here()));
  }

  go(address: string, replace = false): void {
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.place = here();
    if (!replace) scrollTo(0, 0);
  }

  /** Changes parts of the query; null takes one away. The page stays what it is. */
  setQuery(changes: Record<string, string | null>, replace = true): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    const address = location.pathname + (text === '' ? '' : `?${text}`);
    if (address !== location.pathname + location.search) this.go(address, replace);
  }
}

export const router = new Router();

/** Turns clicks on links to our own pages into moves without a reload. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
  const path = link.pathname;
  if (path.startsWith('/api/') || path.startsWith('/t/')) return;
  event.preventDefault();
  router.go(path + link.search);
}

export type Screen =
  | { name: 'home' }
  | { name: 'practice' }
  | { name: 'join'; code: string }
  | { name: 'match'; match: string }
  | { name: 'review'; match: string }
  | { name: 'replay'; match: string }
  | { name: 'board'; incident: string }
  | { name: 'nowhere' };

export function screenOf(path: string): Screen {
  const [first = '', second = '', third = '', rest] = path.split('/').slice(1).map(decodeURIComponent);
  if (rest !== undefined) return { name: 'nowhere' };
  if (first === '') return { name: 'home' };
  if (first === 'practice' && second === '') return { name: 'practice' };
  if (first === 'join') return { name: 'join', code: second };
  if (first === 'board' && second !== '') return { name: 'board', incident: second };
  if (first === 'match' && second !== '') {
    if (third === '') return { name: 'match', match: second };
    if (third === 'review' || third === 'replay') return { name: third, match: second };
  }
  return { name: 'nowhere' };
}
