// A player without a browser: the HTTP API with its cookie, and a match's socket.
import assert from 'node:assert/strict';
import WebSocket from 'ws';

export class Player {
  constructor(server) {
    this.server = server;
    this.cookie = '';
    this.nextId = 1;
  }

  async ask(path, body) {
    const response = await fetch(this.server.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(this.cookie && { cookie: this.cookie }), ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const set = response.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0];
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${response.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  }

  // A practice of this incident that has begun; resolves with its arena.
  async startPractice(incident, timeScale) {
    await this.ask('/api/v1/session', { handle: 'ada' });
    const made = await this.ask('/api/v1/matches', { incident, mode: 'practice', team: 'blue', time_scale: timeScale });
    this.match = made.match;
    this.socket = new WebSocket(`${this.server.url.replace('http', 'ws')}/api/v1/matches/${this.match}/socket`, 'incident.v1', {
      headers: { cookie: this.cookie },
    });
    this.frames = [];
    this.waiting = [];
    this.socket.on('message', (data) => {
      const frame = JSON.parse(data);
      this.frames.push(frame);
      this.waiting = this.waiting.filter((w) => !w(frame));
    });
    await new Promise((resolve, reject) => this.socket.on('open', resolve).on('error', reject));
    this.say('hello');
    await this.until((f) => f.type === 'snapshot');
    const running = this.until((f) => f.type === 'snapshot' && f.phase === 'running');
    this.say('start_match');
    this.arena = (await running).teams[0].arena;
    return this.arena;
  }

  say(type, fields = {}) {
    this.socket.send(JSON.stringify({ type, id: this.nextId++, ...fields }));
  }

  until(wanted) {
    return new Promise((resolve) => {
      this.waiting.push((frame) => {
        if (!wanted(frame)) return false;
        resolve(frame);
        return true;
      });
    });
  }

  close() {
    this.socket?.close();
  }
}
