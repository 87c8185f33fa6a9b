// Back to what a pin points at: its view, its time, its query.
import type { Pinned } from '../../lib/messages';
import type { Desk } from '../desk.svelte';

const aroundSeconds = 60;

export function goTo(desk: Desk, pin: Pinned): void {
  const { kind, from, to } = pin;
  if (kind === 'metric' && from != null && to != null) desk.setRange({ kind: 'fixed', from: Math.floor(from), to: Math.ceil(to) });
  switch (kind) {
    case 'metric':
      return desk.explore(pin.query);
    case 'log': {
      const at = from ?? pin.at;
      desk.setRange({ kind: 'fixed', from: Math.floor(at - aroundSeconds), to: Math.ceil(at + aroundSeconds) });
      const colon = pin.label.indexOf(': ');
      return desk.showLogs({ text: pin.label.slice(colon + 2, colon + 42).replace(/…$/, '') });
    }
    case 'trace':
      return desk.showTrace(pin.ref);
    case 'change':
      return desk.go('changes');
    case 'alert':
      return desk.go('alerts');
  }
}
