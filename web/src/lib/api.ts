// The routes of /api/v1, typed.
import { get, post, remove } from './http';
import type {
  AccessToken,
  Board,
  CreateMatch,
  IncidentInfo,
  MatchCreated,
  MatchResult,
  MatchSummary,
  Session,
  Snapshot,
} from './messages';

const v1 = '/api/v1';
const part = encodeURIComponent;

export const api = {
  session: () => get<Session>(`${v1}/session`),
  takeHandle: (handle: string) => post<Session>(`${v1}/session`, { handle }),
  incidents: () => get<IncidentInfo[]>(`${v1}/incidents`),
  board: (incident: string) => get<Board>(`${v1}/incidents/${part(incident)}/board`),
  mine: () => get<MatchSummary[]>(`${v1}/matches/mine`),
  create: (match: CreateMatch) => post<MatchCreated>(`${v1}/matches`, match),
  join: (code: string) => post<MatchCreated>(`${v1}/join`, { code }),
  result: (match: string) => get<MatchResult>(`${v1}/matches/${part(match)}/result`),
  tokens: (match: string) => get<AccessToken[]>(`${v1}/matches/${part(match)}/tokens`),
  makeToken: (match: string, name: string) => post<AccessToken>(`${v1}/matches/${part(match)}/tokens`, { name }),
  revokeToken: (match: string, token: string) => remove(`${v1}/matches/${part(match)}/tokens/${part(token)}`),
  replay: (match: string, team: string, t: number, signal?: AbortSignal) =>
    get<Snapshot>(`${v1}/matches/${part(match)}/replay?team=${part(team)}&t=${t}`, signal),
};
