// Dark or light; kept on this device. public/theme.js sets it before the first paint.

type Theme = 'dark' | 'light';

// Asking the browser for a style may make it lay out the page first: dozens of charts ask many times a second.
const tokens = new Map<string, string>();

class ThemeChoice {
  name = $state<Theme>(document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark');

  toggle(): void {
    this.name = this.name === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = this.name;
    tokens.clear();
    try {
      localStorage.setItem('theme', this.name);
    } catch {
      // Private windows may refuse; the choice then lasts as long as the page.
    }
  }
}

export const theme = new ThemeChoice();

/** The value of a token such as "--text" in the theme of now; for canvases, which know no CSS variables. */
export function token(name: string): string {
  let value = tokens.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    tokens.set(name, value);
  }
  return value;
}
