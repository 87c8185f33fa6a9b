// Starts the real server on a free port with a data folder of its own, and can kill and start it again.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const startTimeMs = 60_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  constructor(port, data) {
    this.port = port;
    this.data = data;
    this.url = `http://localhost:${port}`;
    this.output = '';
  }

  static async start() {
    const bin = process.env.INCIDENT_BIN;
    if (!bin) throw new Error('INCIDENT_BIN must name the server; ./dev test e2e sets it');
    const data = fs.mkdtempSync(path.join(os.tmpdir(), 'incident-e2e-'));
    const server = new Server(Number(process.env.PORT) || (await freePort()), data);
    await server.up();
    return server;
  }

  async up() {
    const child = spawn(process.env.INCIDENT_BIN, ['serve'], {
      env: { ...process.env, PORT: String(this.port), BIND: '127.0.0.1', DATA_DIR: this.data },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.gone = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.output += text));
    const end = Date.now() + startTimeMs;
    while (Date.now() < end) {
      if (child.exitCode !== null) throw new Error(`the server ended at once:\n${this.output}`);
      try {
        if ((await fetch(`${this.url}/readyz`)).ok) return;
      } catch {
        // not listening yet
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the server was not ready in time:\n${this.output}`);
  }

  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    await this.gone;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill('SIGTERM');
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
