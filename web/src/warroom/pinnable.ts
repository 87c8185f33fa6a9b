// use:pinnable={evidence}: while the pointer is over the element, or focus is in it, `p` pins this.
import type { Action } from 'svelte/action';

import type { EvidenceRef } from '../lib/messages';
import type { Desk } from './desk.svelte';

export interface Pinnable {
  desk: Desk;
  evidence: EvidenceRef;
}

export const pinnable: Action<HTMLElement, Pinnable> = (node, first) => {
  let { desk, evidence } = first;
  const enter = (): void => {
    desk.pinnable = evidence;
  };
  const leave = (): void => {
    if (desk.pinnable === evidence) desk.pinnable = null;
  };
  node.addEventListener('pointerenter', enter);
  node.addEventListener('focusin', enter);
  node.addEventListener('pointerleave', leave);
  node.addEventListener('focusout', leave);
  return {
    update(next) {
      const here = desk.pinnable === evidence;
      ({ desk, evidence } = next);
      if (here) desk.pinnable = evidence;
    },
    destroy() {
      leave();
      node.removeEventListener('pointerenter', enter);
      node.removeEventListener('focusin', enter);
      node.removeEventListener('pointerleave', leave);
      node.removeEventListener('focusout', leave);
    },
  };
};

export function evidence(kind: string, label: string, more: Partial<EvidenceRef> = {}): EvidenceRef {
  return { kind, ref: '', query: '', label: label.slice(0, 280), ...more };
}
