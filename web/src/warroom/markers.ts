// What every chart marks on its time axis: changes of others, alerts that fired, our own actions. Pure.
import type { Snapshot } from '../lib/messages';

export type MarkerKind = 'change' | 'alert' | 'action';

export interface Marker {
  at: number;
  kind: MarkerKind;
  title: string;
}

export const glyphs: Record<MarkerKind, string> = { change: '◆', alert: '▲', action: '●' };
export const markerColors: Record<MarkerKind, string> = { change: '--info', alert: '--bad', action: '--accent' };

export function markersOf(state: Pick<Snapshot, 'changes' | 'alerts' | 'actions'>): Marker[] {
  const markers: Marker[] = [
    ...state.changes.filter((c) => !c.ours).map((c): Marker => ({ at: c.at, kind: 'change', title: c.title })),
    ...state.alerts
      .filter((a) => a.state !== 'pending')
      .map((a): Marker => ({ at: a.since, kind: 'alert', title: a.service ? `${a.name} · ${a.service}` : a.name })),
    ...state.actions.map((a): Marker => ({ at: a.begun, kind: 'action', title: a.title })),
  ];
  return markers.sort((a, b) => a.at - b.at);
}
