// The files under docker/ fit together: what they name is there, and what Grafana is given names what it has.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const docker = path.join(root, 'docker');
const yaml = (...parts) => parse(fs.readFileSync(path.join(docker, ...parts), 'utf8'));
const dashboards = fs
  .readdirSync(path.join(docker, 'grafana/dashboards'))
  .map((name) => [name, JSON.parse(fs.readFileSync(path.join(docker, 'grafana/dashboards', name), 'utf8'))]);

test('compose files name files that are there, and volumes that they declare', () => {
  for (const name of ['compose.yaml', 'compose.grafana.yaml']) {
    const file = yaml(name);
    for (const [id, service] of Object.entries(file.services)) {
      assert.ok(service.image || service.build, id);
      if (service.build) {
        const context = path.join(docker, service.build.context);
        assert.ok(fs.existsSync(path.join(context, service.build.dockerfile)), service.build.dockerfile);
      }
      for (const volume of service.volumes ?? []) {
        const [from] = volume.split(':');
        if (from.startsWith('.')) assert.ok(fs.existsSync(path.join(docker, from)), from);
        else assert.ok(from in (file.volumes ?? {}), from);
      }
    }
  }
});

test('the image is built from what the tree has, for the server as it is run', () => {
  const text = fs.readFileSync(path.join(docker, 'Dockerfile'), 'utf8').replace(/\\\n\s*/g, ' ');
  for (const line of text.split('\n').filter((l) => l.startsWith('COPY ') && !l.includes('--from'))) {
    for (const source of line.split(/\s+/).slice(1, -1)) assert.ok(fs.existsSync(path.join(root, source)), source);
  }
  const ignored = fs.readFileSync(path.join(docker, 'Dockerfile.dockerignore'), 'utf8');
  for (const source of ['CMakeLists.txt', 'CMakePresets.json', 'migrations', 'scenarios', 'server', 'web'])
    assert.ok(ignored.includes(`!${source}\n`), source);
  // What is built with is what ./dev installs to build.
  const dev = fs.readFileSync(path.join(root, 'dev'), 'utf8').replace(/\\\n\s*/g, ' ');
  const needed = /need_build\(\) \{[^}]*install_packages ([^\n]*)/.exec(dev)[1].split(/\s+/);
  for (const name of needed.filter((n) => n.endsWith('-dev'))) assert.ok(text.includes(` ${name} `), name);
});

test('data sources are the doors of one arena, with its token', () => {
  const { datasources } = yaml('grafana/provisioning/datasources/incident.yaml');
  assert.deepEqual(datasources.map((d) => d.type).sort(), ['jaeger', 'loki', 'prometheus']);
  const given = Object.keys(yaml('compose.grafana.yaml').services.grafana.environment);
  for (const source of datasources) {
    assert.equal(source.url, `$INCIDENT_URL/t/$INCIDENT_ARENA/${source.type}`);
    assert.equal(source.jsonData.httpHeaderName1, 'Authorization');
    assert.equal(source.secureJsonData.httpHeaderValue1, 'Bearer $INCIDENT_TOKEN');
    for (const [, variable] of JSON.stringify(source).matchAll(/\$([A-Z_]+)/g)) assert.ok(given.includes(variable), variable);
    const other = source.jsonData.tracesToLogsV2?.datasourceUid;
    if (other) assert.ok(datasources.some((d) => d.uid === other), other);
  }
});

test('dashboards are where Grafana looks, and name only sources and variables that they have', () => {
  const [provider] = yaml('grafana/provisioning/dashboards/incident.yaml').providers;
  const volumes = yaml('compose.grafana.yaml').services.grafana.volumes;
  assert.ok(volumes.some((v) => v === `./grafana/dashboards:${provider.options.path}:ro`));
  assert.ok(volumes.some((v) => v.startsWith('./grafana/provisioning:/etc/grafana/provisioning')));
  assert.ok(dashboards.length >= 4);
  const { datasources } = yaml('grafana/provisioning/datasources/incident.yaml');
  const uids = new Set();
  for (const [name, dashboard] of dashboards) {
    assert.ok(!uids.has(dashboard.uid), name);
    uids.add(dashboard.uid);
    const variables = new Map(dashboard.templating.list.map((v) => [v.name, v]));
    for (const [, used] of JSON.stringify(dashboard).matchAll(/"uid":"\$\{(\w+)\}"/g)) {
      assert.equal(variables.get(used)?.type, 'datasource', used);
      assert.ok(datasources.some((d) => d.type === variables.get(used).query), used);
    }
    for (const panel of dashboard.panels) {
      assert.ok(panel.title && panel.targets.length > 0);
      assert.equal(new Set(panel.targets.map((t) => t.refId)).size, panel.targets.length);
    }
    assert.ok(dashboard.panels.some((p) => p.type === 'logs') && dashboard.panels.some((p) => p.datasource.uid === '${traces}'));
  }
});
