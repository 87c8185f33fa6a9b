// Every message between client and server. Written by `./dev incident typescript` from
// server/api/messages_in.h and messages_out.h; do not edit.

export interface Hello {
  type: 'hello';
  id: number;
  epoch?: string;
  since?: number;
}

export interface ChooseTeam {
  type: 'choose_team';
  id: number;
  team: string;
  name: string;
}

export interface SetRole {
  type: 'set_role';
  id: number;
  role: string;
}

export interface SetReady {
  type: 'set_ready';
  id: number;
  ready: boolean;
}

export interface StartMatch {
  type: 'start_match';
  id: number;
}

export interface PauseMatch {
  type: 'pause_match';
  id: number;
}

export interface ResumeMatch {
  type: 'resume_match';
  id: number;
}

export interface ActionRequest {
  kind: string;
  target: string;
  value: number;
}

export interface PreviewAction {
  type: 'preview_action';
  id: number;
  action: ActionRequest;
}

export interface Act {
  type: 'act';
  id: number;
  action: ActionRequest;
}

export interface EvidenceRef {
  kind: string;
  ref: string;
  query: string;
  from?: number;
  to?: number;
  label: string;
}

export interface Pin {
  type: 'pin';
  id: number;
  evidence: EvidenceRef;
}

export interface Unpin {
  type: 'unpin';
  id: number;
  pin: number;
}

export interface Declare {
  type: 'declare';
  id: number;
  component: string;
  mechanism: string;
  trigger: string;
  pins: number[];
}

export interface Chat {
  type: 'chat';
  id: number;
  text: string;
}

export interface StatusUpdate {
  type: 'status_update';
  id: number;
  state: string;
  text: string;
}

export interface TakeHint {
  type: 'take_hint';
  id: number;
}

export interface Concede {
  type: 'concede';
  id: number;
}

export type ClientFrame = Hello | ChooseTeam | SetRole | SetReady | StartMatch | PauseMatch | ResumeMatch | PreviewAction | Act | Pin | Unpin | Declare | Chat | StatusUpdate | TakeHint | Concede;

export interface TakeHandle {
  handle: string;
}

export interface CreateMatch {
  incident: string;
  mode: string;
  time_scale?: number;
  team: string;
}

export interface JoinMatch {
  code: string;
}

export interface MakeToken {
  name: string;
}

export interface Player {
  id: string;
  handle: string;
  team: string;
  role: string;
  ready: boolean;
  online: boolean;
  host: boolean;
}

export interface Team {
  id: string;
  name: string;
  arena: string;
  state: string;
}

export interface Briefing {
  text: string;
  severity: string;
  system: string;
  system_description: string;
  minutes: number;
  time_limit: number;
}

export interface ServiceInfo {
  name: string;
  kind: string;
  description: string;
  tags: string[];
  calls: string[];
  routes: string[];
}

export interface ActionKindInfo {
  kind: string;
  title: string;
  target_kind: string;
  description: string;
  has_value: boolean;
  value_label: string;
  value_min: number;
  value_max: number;
}

export interface Mechanism {
  id: string;
  name: string;
  description: string;
}

export interface ConfigKey {
  name: string;
  service: string;
  unit: string;
  value: number;
  min: number;
  max: number;
}

export interface Flag {
  name: string;
  service: string;
  on: boolean;
}

export interface ActionTarget {
  kind: string;
  name: string;
  service: string;
}

export interface Pod {
  name: string;
  service: string;
  version: string;
  state: string;
  restarts: number;
  started: number;
}

export interface Pinned {
  id: number;
  kind: string;
  ref: string;
  query: string;
  label: string;
  by: string;
  from?: number;
  to?: number;
  at: number;
}

export interface Change {
  id: number;
  at: number;
  kind: string;
  service: string;
  title: string;
  author: string;
  detail: string;
  ours: boolean;
  reverted: boolean;
}

export interface Alert {
  name: string;
  service: string;
  severity: string;
  summary: string;
  state: string;
  since: number;
  until?: number;
  value: number;
}

export interface ActionStatus {
  id: number;
  kind: string;
  target: string;
  title: string;
  by: string;
  value: number;
  begun: number;
  ended?: number;
  state: string;
  message: string;
}

export interface ChannelLine {
  id: number;
  at: number;
  kind: string;
  by: string;
  text: string;
}

export interface Hint {
  number: number;
  text: string;
  price: number;
}

export interface Declaration {
  component: string;
  mechanism: string;
  trigger: string;
  by: string;
  right: boolean;
  at: number;
}

export interface Snapshot {
  type: 'snapshot';
  seq: number;
  epoch: string;
  match: string;
  code: string;
  mode: string;
  incident: string;
  incident_title: string;
  phase: string;
  time: number;
  wall_epoch_ms: number;
  time_scale: number;
  countdown_ms: number;
  you: string;
  your_team: string;
  players: Player[];
  teams: Team[];
  briefing?: Briefing;
  services: ServiceInfo[];
  action_kinds: ActionKindInfo[];
  mechanisms: Mechanism[];
  config: ConfigKey[];
  flags: Flag[];
  caches: string[];
  targets: ActionTarget[];
  pods: Pod[];
  pins: Pinned[];
  changes: Change[];
  alerts: Alert[];
  actions: ActionStatus[];
  channel: ChannelLine[];
  hints: Hint[];
  hints_left: number;
  next_hint_price: number;
  declarations: Declaration[];
  declarations_left: number;
  wrong_declaration_cost: number;
  harm: number;
  budget_left: number;
}

export interface JourneyHealth {
  name: string;
  rate: number;
  error_share: number;
  slow_share: number;
}

export interface Tick {
  type: 'tick';
  seq: number;
  time: number;
  harm: number;
  harm_rate: number;
  budget_left: number;
  journeys: JourneyHealth[];
  sent_at_ms: number;
}

export interface Update {
  type: 'update';
  seq: number;
  time: number;
  phase?: string;
  countdown_ms?: number;
  players: Player[];
  players_left: string[];
  teams: Team[];
  pods: Pod[];
  config: ConfigKey[];
  flags: Flag[];
  pins: Pinned[];
  unpinned: number[];
  changes: Change[];
  alerts: Alert[];
  actions: ActionStatus[];
  channel: ChannelLine[];
  hints: Hint[];
  hints_left?: number;
  next_hint_price?: number;
  declarations_left?: number;
  declarations: Declaration[];
  briefing?: Briefing;
}

export interface Ack {
  type: 'ack';
  id: number;
  entry: number;
  time: number;
}

export interface ActionPreview {
  type: 'action_preview';
  id: number;
  title: string;
  effect: string;
  takes: number;
  requests_cut: number;
  touches: string[];
}

export interface Error {
  type: 'error';
  id?: number;
  code: string;
  message: string;
  at: string;
}

export interface Goodbye {
  type: 'goodbye';
  reason: string;
  message: string;
}

export type ServerFrame = Snapshot | Tick | Update | Ack | ActionPreview | Error | Goodbye;

export interface Session {
  player: string;
  handle: string;
}

export interface IncidentInfo {
  id: string;
  title: string;
  system: string;
  difficulty: number;
  minutes: number;
  tags: string[];
  solved_by: number;
  your_best?: number;
}

export interface MatchCreated {
  match: string;
  code: string;
}

export interface MatchSummary {
  match: string;
  incident: string;
  incident_title: string;
  mode: string;
  state: string;
  code: string;
  score?: number;
}

export interface BoardRow {
  rank: number;
  team: string;
  handles: string[];
  score: number;
  mitigation: number;
  diagnosis: number;
  conduct: number;
  harm: number;
  seconds: number;
  changes: number;
  match: string;
  you: boolean;
}

export interface Board {
  incident: string;
  incident_title: string;
  rows: BoardRow[];
}

export interface ScoreLine {
  part: string;
  text: string;
  points: number;
  of: number;
}

export interface CurvePoint {
  t: number;
  nothing: number;
  actual: number;
  par: number;
}

export interface Move {
  at: number;
  title: string;
  by: string;
  verdict: string;
  harm_saved: number;
}

export interface EvidenceVerdict {
  pin: number;
  label: string;
  verdict: string;
}

export interface Clue {
  at: number;
  kind: string;
  ref: string;
  label: string;
  pinned: boolean;
}

export interface TeamResult {
  team: string;
  name: string;
  state: string;
  handles: string[];
  score: number;
  mitigation: number;
  diagnosis: number;
  conduct: number;
  harm: number;
  seconds: number;
  lines: ScoreLine[];
  curve: CurvePoint[];
  moves: Move[];
  evidence: EvidenceVerdict[];
  knowable?: number;
  clues: Clue[];
  timeline: ChannelLine[];
}

export interface Debrief {
  component: string;
  mechanism: string;
  trigger: string;
  what_happened: string;
  why_it_misled: string;
  prevention: string;
  modelled_on: string;
  write_up: string;
}

export interface MatchResult {
  match: string;
  incident: string;
  incident_title: string;
  mode: string;
  ready: boolean;
  note?: string;
  teams: TeamResult[];
  debrief?: Debrief;
}

export interface LogLine {
  id: string;
  at: number;
  level: string;
  service: string;
  pod: string;
  text: string;
  trace: string;
}

export interface LogBucket {
  at: number;
  info: number;
  warn: number;
  error: number;
}

export interface LogPage {
  lines: LogLine[];
  histogram: LogBucket[];
  matched: number;
  more: boolean;
}

export interface TraceSummary {
  id: string;
  root_service: string;
  root_operation: string;
  status: string;
  at: number;
  duration_ms: number;
  spans: number;
  errors: number;
  services: string[];
}

export interface TracePage {
  traces: TraceSummary[];
}

export interface Span {
  id: string;
  parent: string;
  service: string;
  pod: string;
  operation: string;
  kind: string;
  status: string;
  at: number;
  duration_ms: number;
  attributes: Record<string, string>;
}

export interface Trace {
  id: string;
  spans: Span[];
}

export interface Panel {
  title: string;
  unit: string;
  query: string;
  legend: string;
}

export interface Dashboard {
  id: string;
  title: string;
  panels: Panel[];
}

export interface Dashboards {
  dashboards: Dashboard[];
}

export interface AccessToken {
  id: string;
  name: string;
  arena: string;
  created_ms: number;
  token?: string;
}
