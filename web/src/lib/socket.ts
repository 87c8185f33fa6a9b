// The match's WebSocket: says hello, keeps the stream whole, sends commands and waits for their answers, and
// comes back by itself. A command is never queued in silence: without a connection it is refused at once, and
// one whose answer was lost with the connection says so.
import { api } from './api';
import { backoffMs } from './backoff';
import { Problem } from './http';
import { reduce, type MatchState } from './match_state';
import type { Ack, ActionPreview, ClientFrame, Goodbye, ServerFrame } from './messages';
import { strings } from './strings';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'closed';

export interface Connection {
  state: ConnectionState;
  /** Wall clock, Unix milliseconds: since when the state holds. */
  since: number;
}

export interface SocketEvents {
  state(state: MatchState): void;
  connection(connection: Connection): void;
  goodbye(message: Goodbye): void;
  /** The server refuses this match for good (not joined, not there). */
  refused(problem: Problem): void;
}

/** A client frame without what the socket adds. */
export type Command = ClientFrame extends infer F ? (F extends { id: number } ? Omit<F, 'id'> : never) : never;

type Answer = Ack | ActionPreview;

interface Waiting {
  resolve(answer: Answer): void;
  reject(problem: Problem): void;
  timer: ReturnType<typeof setTimeout>;
}

const answerTimeMs = 15_000;
const silenceMs = 20_000;
const settleMs = 1000;

export class MatchSocket {
  private socket: WebSocket | null = null;
  private stream: MatchState | null = null;
  private waiting = new Map<number, Waiting>();
  // Not from 1: a reloaded page must not repeat the numbers of the page before.
  private nextId = Date.now() % 1_000_000_000_000;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private settled: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private helloSent = false;
  private ended = false;
  private connection: Connection = { state: 'connecting', since: Date.now() };

  constructor(
    private readonly match: string,
    private readonly events: SocketEvents,
  ) {}

  open(): void {
    addEventListener('online', this.retryNow);
    document.addEventListener('visibilitychange', this.retryNow);
    this.watch = setInterval(() => this.checkSilence(), 1000);
    this.connect();
  }

  close(): void {
    this.ended = true;
    removeEventListener('online', this.retryNow);
    document.removeEventListener('visibilitychange', this.retryNow);
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.socket?.close();
    this.socket = null;
    this.loseWaiting();
    this.say('closed');
  }

  send(command: Command): Promise<Answer> {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN || this.connection.state !== 'open') {
      return Promise.reject(new Problem(0, 'offline', strings.errors.offline));
    }
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Problem(0, 'timeout', strings.errors.noAnswer));
      }, answerTimeMs);
      this.waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ ...command, id }));
    });
  }

  private readonly retryNow = (): void => {
    if (this.socket || this.ended || document.visibilityState === 'hidden') return;
    this.attempt = 0;
    clearTimeout(this.retry);
    this.connect();
  };

  private connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const address = `${scheme}://${location.host}/api/v1/matches/${encodeURIComponent(this.match)}/socket`;
    const socket = new WebSocket(address, 'incident.v1');
    this.socket = socket;
    this.helloSent = false;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.heardAt = Date.now();
      this.hello();
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.hear(String(event.data));
    };
    socket.onclose = () => {
      if (socket === this.socket) void this.lost(opened);
    };
  }

  private hello(): void {
    this.helloSent = true;
    const id = this.nextId++;
    const hello: Record<string, unknown> = { type: 'hello', id };
    if (this.stream) {
      hello['epoch'] = this.stream.epoch;
      hello['since'] = this.stream.seq;
    }
    this.socket?.send(JSON.stringify(hello));
    // A server that has just started may still bring the match back; its first frame says that it is there. While
    // the clock stands and nothing was missed there is no frame to come, so the open socket has to do.
    clearTimeout(this.settled);
    if (this.stream && this.stream.phase !== 'running') this.settled = setTimeout(() => this.nowOpen(), settleMs);
  }

  private nowOpen(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.attempt = 0;
    this.say('open');
  }

  private hear(text: string): void {
    this.heardAt = Date.now();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    switch (frame.type) {
      case 'snapshot':
      case 'tick':
      case 'update': {
        const { state, gap } = reduce(this.stream, frame);
        if (gap) {
          if (!this.helloSent) this.hello();
          return;
        }
        this.helloSent = false;
        this.nowOpen();
        if (state && state !== this.stream) {
          this.stream = state;
          this.events.state(state);
        }
        return;
      }
      case 'ack':
      case 'action_preview':
        this.take(frame.id)?.resolve(frame);
        return;
      case 'error': {
        const problem = new Problem(0, frame.code, frame.message, frame.at);
        if (frame.id !== undefined && frame.id !== null) this.take(frame.id)?.reject(problem);
        return;
      }
      case 'goodbye':
        this.events.goodbye(frame);
        return;
    }
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting) clearTimeout(waiting.timer);
    return waiting;
  }

  private loseWaiting(): void {
    for (const [, waiting] of this.waiting) {
      clearTimeout(waiting.timer);
      waiting.reject(new Problem(0, 'lost', strings.errors.lost));
    }
    this.waiting.clear();
  }

  private async lost(opened: boolean): Promise<void> {
    this.socket = null;
    this.loseWaiting();
    if (this.ended) return;
    this.say(this.stream ? 'reconnecting' : 'connecting');
    const wait = backoffMs(this.attempt++, Math.random());
    // A WebSocket does not say why its handshake failed; the list of the reader's matches does.
    if (!opened && !this.stream) {
      const problem = await this.whyRefused();
      if (problem && !this.ended) {
        this.close();
        this.events.refused(problem);
        return;
      }
    }
    if (!this.ended && !this.socket) this.retry = setTimeout(() => this.socket || this.connect(), wait);
  }

  private async whyRefused(): Promise<Problem | null> {
    try {
      const mine = await api.mine();
      return mine.some((m) => m.match === this.match) ? null : new Problem(404, 'not_found', strings.errors.notJoined);
    } catch (error) {
      return error instanceof Problem && error.status === 401 ? error : null;
    }
  }

  // A half-open connection looks alive to the browser for minutes; ticks come every second while the clock runs.
  private checkSilence(): void {
    if (!this.socket || this.stream?.phase !== 'running') return;
    if (this.socket.readyState === WebSocket.OPEN && Date.now() - this.heardAt > silenceMs) {
      const socket = this.socket;
      this.socket = null;
      socket.close();
      void this.lost(true);
    }
  }

  private say(state: ConnectionState): void {
    if (this.connection.state === state) return;
    this.connection = { state, since: Date.now() };
    this.events.connection(this.connection);
  }
}
