// What can be acted on, by name, and what each allows. Pure.
import type { ActionKindInfo, Snapshot } from '../../lib/messages';
import { strings } from '../../lib/strings';
import type { Target, TargetKind } from '../desk.svelte';

export interface TargetRow extends Target {
  /** What stands beside the name: its service, or the change's title. */
  note: string;
  service: string;
}

type State = Pick<Snapshot, 'services' | 'pods' | 'flags' | 'config' | 'changes' | 'caches' | 'targets' | 'action_kinds'>;

export function targetsOf(state: State): TargetRow[] {
  return [
    ...state.services.map((s): TargetRow => ({ kind: 'service', name: s.name, note: '', service: s.name })),
    ...state.config.map((c): TargetRow => ({ kind: 'config', name: c.name, note: c.service, service: c.service })),
    ...state.flags.map((f): TargetRow => ({ kind: 'flag', name: f.name, note: f.service, service: f.service })),
    ...state.caches.map((c): TargetRow => ({ kind: 'cache', name: c, note: '', service: '' })),
    ...state.targets.map((x): TargetRow => ({ kind: x.kind, name: x.name, note: x.service, service: x.service })),
    ...state.changes
      .filter((c) => !c.reverted)
      .map((c): TargetRow => ({ kind: 'change', name: String(c.id), note: c.title, service: c.service })),
    ...state.pods.map((p): TargetRow => ({ kind: 'pod', name: p.name, note: p.service, service: p.service })),
  ];
}

export function findTargets(rows: TargetRow[], typed: string, max: number): TargetRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return rows
    .filter((r) => words.every((w) => `${r.kind} ${r.name} ${r.note}`.toLowerCase().includes(w)))
    .slice(0, max);
}

/** Kinds of actions that this target takes. Stores that only one kind of service has are left to the server. */
export function allowed(kinds: ActionKindInfo[], target: TargetKind): ActionKindInfo[] {
  return kinds.filter((k) => k.target_kind === target);
}

/** What belongs to a service and can be acted on too. */
export function within(rows: TargetRow[], service: string): TargetRow[] {
  return rows.filter((r) => r.service === service && r.kind !== 'service');
}

/** What a kind is called: kinds without a word of their own say it themselves ("consumer_group"). */
export function kindName(kind: TargetKind): string {
  return strings.actions.kinds[kind] ?? kind.replaceAll('_', ' ');
}

export function labelOf(state: Pick<Snapshot, 'changes'>, target: Target): string {
  if (target.kind !== 'change') return target.name;
  return state.changes.find((c) => String(c.id) === target.name)?.title ?? target.name;
}
