import { describe, expect, it } from 'vitest';

import { doorUrl, snippets } from '../src/warroom/tools/snippets';

const place = { origin: 'https://play.example:8443', arena: 'abc.t1', token: 'inc_0_secret' };

describe('settings for real tools', () => {
  it('name the door of the arena', () => {
    expect(doorUrl(place, 'loki')).toBe('https://play.example:8443/t/abc.t1/loki');
  });

  it('carry the token as each tool takes it', () => {
    const of = (tool: string): string => snippets(place).find((s) => s.tool === tool)!.text;
    expect(of('promtool')).toContain("'https://player:inc_0_secret@play.example:8443/t/abc.t1/prometheus'");
    expect(of('curl')).toContain("-H 'Authorization: Bearer inc_0_secret'");
    expect(of('logcli')).toContain("--password='inc_0_secret'");
    expect(of('Prometheus')).toContain('metrics_path: /t/abc.t1/prometheus/federate');
    expect(of('Prometheus')).toContain("targets: ['play.example:8443']");
    expect(of('Prometheus')).toContain('scheme: https');
    expect(of('Grafana').match(/basicAuthPassword: inc_0_secret/g)).toHaveLength(3);
  });
});
