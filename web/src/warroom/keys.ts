// The keys of the war room. Every one has a button too; keys never work while somebody types.
import { inTextField } from '../lib/keyboard';
import type { Desk, View } from './desk.svelte';

const goTo: Record<string, View> = {
  o: 'overview',
  m: 'metrics',
  l: 'logs',
  t: 'traces',
  s: 'map',
  a: 'alerts',
  c: 'changes',
};
const chordMs = 1200;

export function keysFor(desk: Desk): (event: KeyboardEvent) => void {
  let chord = 0;
  return (event) => {
    if (event.defaultPrevented) return;
    const key = event.key;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'k') {
      event.preventDefault();
      desk.dialog = desk.dialog === 'palette' ? null : 'palette';
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'Escape') {
      if (desk.dialog) return; // the dialog closes itself
      if (inTextField(event)) (event.target as HTMLElement).blur();
      else if (desk.view === 'traces' && desk.trace) desk.trace = null;
      else if (desk.zoomOut()) event.preventDefault();
      else if (desk.view !== 'overview') desk.go('overview');
      return;
    }
    if (desk.dialog || inTextField(event)) return;
    const inChord = performance.now() - chord < chordMs;
    chord = 0;
    if (inChord) {
      const view = goTo[key];
      if (view) {
        event.preventDefault();
        desk.go(view);
      }
      return;
    }
    const act = actions[key];
    if (key === 'g') chord = performance.now();
    else if (act) {
      event.preventDefault();
      act(desk);
    }
  };
}

const actions: Record<string, (desk: Desk) => void> = {
  '/': () => document.querySelector<HTMLElement>('#view [data-search]')?.focus(),
  p: (desk) => void desk.pin(),
  a: (desk) => desk.act(null),
  d: (desk) => (desk.dialog = 'declare'),
  u: (desk) => (desk.statusOpen = true),
  '?': (desk) => (desk.dialog = 'keys'),
  '.': () => document.getElementById('range')?.focus(),
  '[': (desk) => desk.shift(-1),
  ']': (desk) => desk.shift(1),
};
