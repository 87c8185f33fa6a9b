// A stand-in for an OpenTelemetry collector. It takes OTLP over HTTP with JSON and decodes it with the protobuf
// messages that the official package is built on, so that what we send is judged by somebody else's idea of the
// format: a field that the messages do not have, or a value that does not fit, is a fault.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import zlib from 'node:zlib';

const require = createRequire(import.meta.url);
const { opentelemetry } = require('@opentelemetry/otlp-transformer/build/src/generated/root.js');

const services = opentelemetry.proto.collector;
const messages = {
  '/v1/metrics': services.metrics.v1.ExportMetricsServiceRequest,
  '/v1/logs': services.logs.v1.ExportLogsServiceRequest,
  '/v1/traces': services.trace.v1.ExportTraceServiceRequest,
};
// OTLP's JSON writes these as hexadecimal, where protobuf's own JSON has base64.
const hexFields = { traceId: 16, spanId: 8, parentSpanId: 8 };

function withBytes(value) {
  if (Array.isArray(value)) return value.map(withBytes);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => {
      if (!(key in hexFields)) return [key, withBytes(v)];
      assert.match(v, new RegExp(`^[0-9a-f]{${hexFields[key] * 2}}$`), key);
      return [key, Buffer.from(v, 'hex')];
    }),
  );
}

// What was sent and what the decoder kept must be the same, so that no field was unknown to it.
function assertKept(sent, kept, at) {
  if (Array.isArray(sent)) {
    assert.equal(kept.length, sent.length, at);
    sent.forEach((item, i) => assertKept(item, kept[i], `${at}[${i}]`));
  } else if (Buffer.isBuffer(sent)) {
    assert.ok(sent.equals(Buffer.from(kept)), at);
  } else if (sent !== null && typeof sent === 'object') {
    for (const [key, value] of Object.entries(sent)) {
      assert.ok(kept !== undefined && key in kept, `${at}.${key} is not in the protocol`);
      assertKept(value, kept[key], `${at}.${key}`);
    }
  } else if (typeof sent === 'number' || (typeof sent === 'string' && typeof kept === 'number')) {
    assert.ok(Object.is(Number(sent), Number(kept)) || Number(sent) === Number(kept), `${at}: ${sent} became ${kept}`);
  } else {
    assert.equal(String(kept), String(sent), at);
  }
}

export function decode(path, text) {
  const Message = messages[path];
  assert.ok(Message, `no such path: ${path}`);
  const json = withBytes(JSON.parse(text));
  const message = Message.fromObject(json);
  assert.equal(Message.verify(message), null);
  // Through the wire format and back, as a real collector keeps it.
  const again = Message.decode(Message.encode(message).finish());
  const kept = Message.toObject(again, { longs: String, defaults: false, arrays: false });
  assertKept(json, Message.toObject(again, { longs: String, defaults: true, arrays: true }), path);
  return kept;
}

export const attributesOf = (holder) =>
  Object.fromEntries(
    (holder.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  );

// Ids as people write them.
const withHex = (value) =>
  Object.fromEntries(Object.entries(value).map(([key, v]) => [key, key in hexFields ? Buffer.from(v).toString('hex') : v]));

// `fault(request, response, n)` may answer the nth request itself: it returns true when it has.
export class Collector {
  constructor(fault = () => false) {
    this.fault = fault;
    this.requests = 0;
    this.faults = []; // of what came, not of ours
    this.points = [];
    this.lines = [];
    this.spans = [];
  }

  async start() {
    this.server = http.createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('error', () => {});
      request.on('end', () => {
        if (this.fault(request, response, this.requests++)) return;
        try {
          this.take(request, Buffer.concat(parts));
        } catch (error) {
          this.faults.push(error);
        }
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  take(request, bytes) {
    assert.equal(request.method, 'POST');
    assert.equal(request.headers['content-type'], 'application/json');
    const body = request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(bytes) : bytes;
    const message = decode(request.url, body.toString('utf8'));
    for (const { resource, scopeMetrics } of message.resourceMetrics ?? []) {
      const from = attributesOf(resource);
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) {
        const data = metric.gauge ?? metric.sum ?? metric.histogram;
        const shape = metric.gauge ? 'gauge' : metric.sum ? 'sum' : 'histogram';
        for (const point of data.dataPoints) this.points.push({ name: metric.name, shape, from, labels: attributesOf(point), point });
      }
    }
    for (const { resource, scopeLogs } of message.resourceLogs ?? []) {
      const from = attributesOf(resource);
      for (const record of scopeLogs.flatMap((scope) => scope.logRecords)) this.lines.push({ from, record: withHex(record) });
    }
    for (const { resource, scopeSpans } of message.resourceSpans ?? []) {
      const from = attributesOf(resource);
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) this.spans.push({ from, span: withHex(span) });
    }
  }

  // Fails with the first thing that was wrong with a request.
  assertClean() {
    if (this.faults.length > 0) throw this.faults[0];
  }
}
