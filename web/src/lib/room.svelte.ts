// One match as screens see it: its state, its clock between ticks, its connection, and the way to send commands.
// A live room is fed by the socket; a replay is fed by the seek bar and refuses commands.
import { Doors } from './doors';
import { Problem } from './http';
import type { MatchState } from './match_state';
import type { Goodbye } from './messages';
import { MatchSocket, type Command, type Connection } from './socket';
import { strings } from './strings';

/** How far the clock may run on between ticks before it waits for the server. */
const extrapolateMsMax = 1500;
const clockMs = 250;

export abstract class Room {
  state = $state.raw<MatchState | null>(null);
  connection = $state.raw<Connection>({ state: 'connecting', since: Date.now() });
  /** Simulated seconds since the page, now. */
  now = $state(0);
  /** Wall clock, for "since" texts; moves with `now`. */
  wall = $state(Date.now());
  abstract readonly readOnly: boolean;

  readonly arena = $derived(this.state?.teams.find((team) => team.id === this.state?.your_team)?.arena ?? '');
  readonly doors = $derived.by(() => {
    const arena = this.arena;
    return arena === '' || !this.state ? null : new Doors(arena, this.state.wall_epoch_ms);
  });
  readonly me = $derived(this.state?.players.find((p) => p.id === this.state?.you) ?? null);
  readonly myTeam = $derived(this.state?.teams.find((team) => team.id === this.state?.your_team) ?? null);
  /** This team's part is over, whether or not others still play. */
  readonly finished = $derived(
    this.state?.phase === 'ended' || (this.myTeam !== null && this.myTeam.state !== 'playing' && this.myTeam.state !== ''),
  );
  readonly playing = $derived.by(() => !this.readOnly && this.state?.phase === 'running' && !this.finished);

  abstract send(command: Command): Promise<unknown>;

  handleOf(id: string): string {
    return this.state?.players.find((p) => p.id === id)?.handle ?? id;
  }
}

export class LiveRoom extends Room {
  readonly readOnly = false;
  goodbye = $state.raw<Goodbye | null>(null);
  refused = $state.raw<Problem | null>(null);
  private socket: MatchSocket;
  private heardAt = performance.now();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(match: string) {
    super();
    this.socket = new MatchSocket(match, {
      state: (state) => this.take(state),
      connection: (connection) => {
        this.connection = connection;
        if (connection.state === 'open') this.goodbye = null;
      },
      goodbye: (message) => (this.goodbye = message),
      refused: (problem) => (this.refused = problem),
    });
  }

  open(): void {
    this.socket.open();
    this.timer = setInterval(() => this.tick(), clockMs);
  }

  close(): void {
    clearInterval(this.timer);
    this.socket.close();
  }

  /** Milliseconds until the phase changes by itself, by the server's clock; 0 when it does not. */
  countdownMs(): number {
    const left = this.state?.countdown_ms ?? 0;
    return left <= 0 ? 0 : Math.max(0, left - (performance.now() - this.countdownFrom));
  }

  private countdownFrom = performance.now();

  send(command: Command): Promise<unknown> {
    return this.socket.send(command);
  }

  private take(state: MatchState): void {
    const before = this.state;
    if (state.time !== before?.time || state.phase !== before?.phase) this.heardAt = performance.now();
    if (state.countdown_ms !== before?.countdown_ms || state.phase !== before?.phase)
      this.countdownFrom = performance.now();
    this.state = state;
    this.tick();
  }

  private tick(): void {
    this.wall = Date.now();
    const state = this.state;
    if (!state) return;
    const moving = state.phase === 'running' && this.connection.state === 'open' && !this.finished;
    const ahead = moving ? Math.min(performance.now() - this.heardAt, extrapolateMsMax) : 0;
    const now = state.time + (ahead / 1000) * state.time_scale;
    // Never a second back because a tick came a little late.
    this.now = moving && now < this.now && this.now - now < 2 * state.time_scale ? this.now : now;
  }
}

export class ReplayRoom extends Room {
  readonly readOnly = true;

  show(state: MatchState): void {
    this.state = state;
    this.now = state.time;
    this.connection = { state: 'open', since: 0 };
  }

  send(): Promise<unknown> {
    return Promise.reject(new Problem(0, 'read_only', strings.errors.readOnly));
  }
}
