// What a match emits, pushed to a collector while it runs and again after its end, against what the match's own
// doors say; and collectors that are busy, slow, or close the door.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Server } from '../e2e/lib/server.mjs';
import { Collector, decode } from './lib/collector.mjs';
import { Player } from './lib/player.mjs';

const bin = process.env.INCIDENT_BIN;

// Runs the program to its end; never fails by itself.
function incident(args, env = {}) {
  return new Promise((resolve) => {
    execFile(bin, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    );
  });
}

const lastJson = (text) => JSON.parse(text.trim().split('\n').at(-1));
const simulate = ['simulate', 'product_pages_hang', '--seed', '3', '--until', '2m', '--json'];

function pointKey({ name, from, labels, point }) {
  return JSON.stringify([name, from['service.name'], from['k8s.pod.name'] ?? '', Object.entries(labels).sort(), point.timeUnixNano]);
}
function assertSameTelemetry(a, b) {
  const linesOf = (c) => c.lines.map(({ record }) => `${record.timeUnixNano} ${record.body.stringValue}`).sort();
  assert.deepEqual(linesOf(a), linesOf(b));
  const spansOf = (c) => c.spans.map(({ span }) => JSON.stringify(span)).sort();
  assert.deepEqual(spansOf(a), spansOf(b));
  const pointsOf = (c) => c.points.map((p) => pointKey(p) + JSON.stringify(p.point)).sort();
  assert.deepEqual(pointsOf(a), pointsOf(b));
}

let clean; // what a run without faults sends

before(async () => {
  clean = await new Collector().start();
  const run = await incident([...simulate, '--push', clean.url]);
  assert.equal(run.status, 0, run.stderr);
  clean.told = lastJson(run.stdout);
});
after(() => clean?.stop());

test('a run without a server arrives whole and decodes', () => {
  clean.assertClean();
  assert.equal(clean.points.length, clean.told.metrics.sent);
  assert.equal(clean.lines.length, clean.told.logs.sent);
  assert.equal(clean.spans.length, clean.told.traces.sent);
  assert.ok(clean.points.length > 10_000 && clean.lines.length > 100 && clean.spans.length > 1_000);
  assert.equal(clean.requests, clean.told.requests);

  const histograms = clean.points.filter((p) => p.shape === 'histogram' && !p.point.flags);
  assert.ok(histograms.length > 1_000);
  for (const { name, point } of histograms) {
    const sum = point.bucketCounts.reduce((total, n) => total + Number(n), 0);
    assert.equal(sum, Number(point.count), name);
    assert.equal(point.bucketCounts.length, point.explicitBounds.length + 1);
    assert.ok(BigInt(point.startTimeUnixNano) < BigInt(point.timeUnixNano));
  }
  const ids = new Set(clean.spans.map(({ span }) => span.traceId + span.spanId));
  assert.equal(ids.size, clean.spans.length);
  const traces = new Set(clean.spans.map(({ span }) => span.traceId));
  const traced = clean.lines.filter(({ record }) => record.traceId);
  assert.ok(traced.some(({ record }) => traces.has(record.traceId)), 'lines lead to traces');
  for (const { from } of [...clean.spans, ...clean.lines]) {
    assert.ok(from['service.name'], 'everybody has a name');
    assert.equal(from['service.namespace'], 'web_shop');
    assert.equal(from['incident.id'], 'product_pages_hang');
  }
});

// Each of these meets the first requests in another way; nothing may be lost or come twice.
const faults = {
  'says it is busy': (request, response, n) => {
    if (n >= 4) return false;
    response.writeHead([429, 503, 502, 504][n], { 'retry-after': '0' }).end();
    return true;
  },
  'asks for a pause': (request, response, n) => {
    if (n !== 1) return false;
    response.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' }).end('{"message":"slow down"}');
    return true;
  },
  'closes the connection': (request, response, n) => {
    if (n !== 0 && n !== 3) return false;
    request.socket.destroy();
    return true;
  },
};
for (const [what, fault] of Object.entries(faults)) {
  test(`nothing is lost when the collector ${what}`, async () => {
    const collector = await new Collector(fault).start();
    const run = await incident([...simulate, '--push', collector.url]);
    await collector.stop();
    assert.equal(run.status, 0, run.stderr);
    collector.assertClean();
    const told = lastJson(run.stdout);
    assert.ok(told.retries > 0);
    assert.equal(collector.points.length, clean.points.length);
    assert.equal(collector.lines.length, clean.lines.length);
    assert.equal(collector.spans.length, clean.spans.length);
  });
}

test('a collector that is slow holds up nothing but the push', async () => {
  const collector = await new Collector((request, response, n) => {
    if (n % 3 !== 0) return false;
    const take = response.writeHead.bind(response);
    response.writeHead = (...head) => take(...head);
    const end = response.end.bind(response);
    response.end = (...last) => setTimeout(() => end(...last), 100);
    return false;
  }).start();
  const run = await incident([...simulate, '--push', collector.url]);
  await collector.stop();
  assert.equal(run.status, 0, run.stderr);
  assert.equal(collector.points.length, clean.points.length);
});

test('what a collector refuses for good is counted, and keys are told to nobody', async () => {
  const collector = await new Collector((request, response) => {
    response.writeHead(401, { 'content-type': 'text/plain' }).end(`unknown key ${request.headers['x-key']}`);
    return true;
  }).start();
  const run = await incident([...simulate, '--push', collector.url], { OTLP_HEADERS: 'x-key=topsecret' });
  await collector.stop();
  assert.equal(run.status, 1);
  const told = lastJson(run.stdout);
  assert.equal(told.metrics.refused, clean.points.length);
  assert.equal(told.logs.refused, clean.lines.length);
  assert.equal(told.traces.refused, clean.spans.length);
  assert.match(told.trouble, /401: unknown key \(hidden\)/);
  assert.doesNotMatch(run.stdout + run.stderr, /topsecret/);
});

test('a collector that is not there is given up in the end, and all is counted', async () => {
  const run = await incident([...simulate, '--push', 'http://127.0.0.1:9', '--give-up', '1s']);
  assert.equal(run.status, 1);
  const told = lastJson(run.stdout);
  assert.equal(told.metrics.given_up, clean.points.length);
  assert.equal(told.logs.given_up, clean.lines.length);
  assert.equal(told.traces.given_up, clean.spans.length);
});

test('certificates are verified', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'incident-tls-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  let taken = 0;
  const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (request, response) => {
    request.resume();
    request.on('end', () => {
      ++taken;
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const push = (host, env) => incident([...simulate, '--push', `https://${host}:${port}`, '--signal', 'logs', '--give-up', '1s'], env);

  const stranger = await push('localhost');
  assert.equal(stranger.status, 1);
  assert.match(lastJson(stranger.stdout).trouble, /certificate/);
  const wrongName = await push('127.0.0.1', { SSL_CERT_FILE: cert });
  assert.equal(wrongName.status, 1);
  assert.equal(taken, 0, 'nothing was sent');
  const known = await push('localhost', { SSL_CERT_FILE: cert });
  assert.equal(known.status, 0, known.stdout + known.stderr);
  assert.ok(taken > 0);
  server.close();
  fs.rmSync(folder, { recursive: true });
});

test('a match pushed while it runs, and again after its end, is what its doors show', { timeout: 300_000 }, async () => {
  const live = await new Collector().start();
  const again = await new Collector().start();
  process.env.OTLP_URL = live.url;
  process.env.OTLP_HISTORY = '5m';
  const server = await Server.start();
  delete process.env.OTLP_URL;
  delete process.env.OTLP_HISTORY;
  try {
    const player = new Player(server);
    const arena = await player.startPractice('product_pages_hang', 10);
    await player.until((f) => f.type === 'tick' && f.time > 150);
    assert.ok(live.points.length > 0, 'it comes while the match runs');
    const ended = player.until((f) => f.type === 'snapshot' || f.type === 'update' ? f.phase === 'ended' : false);
    player.say('concede');
    await ended;
    const sent = async () => {
      for (let tries = 0; tries < 600 && !/all sent/.test(server.output); ++tries) await new Promise((r) => setTimeout(r, 100));
      assert.match(server.output, /all sent/);
      assert.match(server.output, /nothing lost/);
    };
    await sent();
    player.close();

    const run = await incident(['match', 'push', player.match, '--to', again.url, '--history', '5m', '--data-dir', server.data, '--json']);
    assert.equal(run.status, 0, run.stderr);
    live.assertClean();
    again.assertClean();
    assertSameTelemetry(live, again);
    for (const { from } of live.lines) {
      assert.equal(from['incident.match.id'], player.match);
      assert.equal(from['incident.team.id'], arena.split('.').at(-1));
    }

    // Loki: as many lines. The window is that of the push: from five minutes before the page.
    const times = live.lines.map(({ record }) => BigInt(record.timeUnixNano));
    const first = times.reduce((a, b) => (a < b ? a : b));
    const stats = await player.ask(`/t/${arena}/loki/loki/api/v1/index/stats?query=${encodeURIComponent('{service=~".+"}')}&start=${first}&end=${first + 10_000_000_000_000n}`);
    assert.equal(stats.entries, live.lines.length);

    // Prometheus: the same values at the same times.
    const newest = live.points.reduce((a, { point }) => (BigInt(point.timeUnixNano) > a ? BigInt(point.timeUnixNano) : a), 0n);
    for (const back of [15n, 60n, 240n]) {
      const grid = ((newest / 1_000_000_000n - back) / 15n) * 15n;
      const at = [...new Set(live.points.map(({ point }) => BigInt(point.timeUnixNano)))].find((t) => t / 1_000_000_000n >= grid);
      const pushed = new Map();
      for (const p of live.points) {
        if (BigInt(p.point.timeUnixNano) !== at || p.point.flags) continue;
        const labels = { ...p.labels };
        if (p.from['service.name'] !== 'web_shop') labels.service = p.from['service.name'];
        if (p.from['k8s.pod.name']) labels.pod = p.from['k8s.pod.name'];
        if (p.from['service.version']) labels.version = p.from['service.version'];
        const put = (name, value, more = {}) => pushed.set(JSON.stringify(Object.entries({ ...labels, ...more, __name__: name }).sort()), value);
        if (p.shape !== 'histogram') put(p.name, p.point.asDouble ?? 0);
        else {
          put(`${p.name}_count`, Number(p.point.count ?? 0));
          put(`${p.name}_sum`, p.point.sum ?? 0);
          let below = 0;
          (p.point.bucketCounts ?? []).forEach((n, i) => {
            below += Number(n);
            put(`${p.name}_bucket`, below, { le: i < p.point.explicitBounds.length ? String(p.point.explicitBounds[i]) : '+Inf' });
          });
        }
      }
      const asked = await player.ask(`/t/${arena}/prometheus/api/v1/query?time=${Number(at) / 1e9}&query=${encodeURIComponent('{__name__=~".+"}')}`);
      const shown = new Map(asked.data.result.map(({ metric, value }) => [JSON.stringify(Object.entries(metric).sort()), Number(value[1])]));
      assert.ok(shown.size > 1_000);
      for (const [key, value] of shown) assert.equal(pushed.get(key), value, `${key} at ${at}`);
      assert.equal(pushed.size, shown.size);
    }

    // Traces: each of the newest with all its spans.
    const spansOf = new Map();
    for (const { span } of live.spans) {
      spansOf.set(span.traceId, (spansOf.get(span.traceId) ?? 0) + 1);
    }
    const page = await player.ask(`/t/${arena}/traces?limit=200`);
    assert.ok(page.traces.length > 100);
    for (const trace of page.traces) assert.equal(spansOf.get(trace.id), trace.spans, trace.id);
  } finally {
    await server.stop();
    await live.stop();
    await again.stop();
  }
});

test('the stand-in itself refuses what the protocol does not have', () => {
  const log = (record) => JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  decode('/v1/logs', log({ severityNumber: 9, traceId: '0'.repeat(32) }));
  assert.throws(() => decode('/v1/logs', log({ severityNumbr: 9 })));
  assert.throws(() => decode('/v1/logs', log({ traceId: 'AAAA' })));
});
