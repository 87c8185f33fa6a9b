// Opening matches from several screens. Each answers with what went wrong, or moves on to the match.
import { api } from './api';
import { problemText } from './http';
import { router } from './router.svelte';
import { me } from './session.svelte';
import { strings } from './strings';

async function open(incident: string, mode: string, team: string, timeScale?: number): Promise<string | null> {
  if (!me.session) {
    if (router.place.path !== '/') router.go('/');
    setTimeout(() => document.getElementById('handle')?.focus());
    return strings.home.needHandle;
  }
  try {
    const body = timeScale === undefined ? { incident, mode, team } : { incident, mode, team, time_scale: timeScale };
    const { match } = await api.create(body);
    router.go(`/match/${match}`);
    return null;
  } catch (error) {
    return problemText(error);
  }
}

export function startPractice(incident: string, timeScale?: number): Promise<string | null> {
  return open(incident, 'practice', '', timeScale);
}

export function openRace(incident: string, team: string, timeScale: number): Promise<string | null> {
  return open(incident, 'race', team, timeScale);
}
