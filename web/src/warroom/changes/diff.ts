// The detail of a change, line by line: lines of a diff, settings that went "from -> to", or words. Pure.

export type DetailLine =
  | { kind: 'add' | 'remove' | 'same'; text: string }
  | { kind: 'change'; name: string; from: string; to: string; rest: string };

const setting = /^\s*([\w.\-/ ]+?): (\S+) (?:->|→) (\S+?)((?:[,;. ].*)?)$/;

export function diffOf(detail: string): DetailLine[] {
  return detail.split('\n').map((text): DetailLine => {
    const found = setting.exec(text);
    if (found) {
      const [, name = '', from = '', to = '', rest = ''] = found;
      if (from !== to) return { kind: 'change', name, from, to, rest };
    }
    if (text.startsWith('+')) return { kind: 'add', text };
    if (/^[-−]/.test(text)) return { kind: 'remove', text };
    return { kind: 'same', text };
  });
}
