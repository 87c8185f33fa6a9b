// What to put into real tools so that they read a match: settings and command lines, ready to copy. Pure.

export interface Place {
  /** Of the page: https://host:port */
  origin: string;
  /** Key of the arena's doors. */
  arena: string;
  token: string;
}

export interface Snippet {
  tool: string;
  text: string;
}

/** Any name will do; the token is the password. */
const user = 'player';

export function doorUrl(place: Place, door: string): string {
  return `${place.origin}/t/${encodeURIComponent(place.arena)}/${door}`;
}

function withUser(url: string, token: string): string {
  return url.replace('://', `://${user}:${token}@`);
}

function dataSource(place: Place, name: string, type: string, json: string): string {
  return `  - name: ${name}
    type: ${type}
    access: proxy
    url: ${doorUrl(place, type)}
    basicAuth: true
    basicAuthUser: ${user}
    jsonData: ${json}
    secureJsonData: { basicAuthPassword: ${place.token} }
`;
}

export function snippets(place: Place): Snippet[] {
  const prometheus = doorUrl(place, 'prometheus');
  const url = new URL(prometheus);
  return [
    {
      tool: 'Grafana',
      text: `# /etc/grafana/provisioning/datasources/match.yml
apiVersion: 1
datasources:
${dataSource(place, 'Match metrics', 'prometheus', '{ httpMethod: POST, timeInterval: 5s }')}${dataSource(place, 'Match logs', 'loki', '{ maxLines: 1000 }')}${dataSource(place, 'Match traces', 'jaeger', '{}')}`,
    },
    {
      tool: 'promtool',
      text: `promtool query instant '${withUser(prometheus, place.token)}' 'sum by (service) (up)'
`,
    },
    {
      tool: 'curl',
      text: `curl -G -H 'Authorization: Bearer ${place.token}' \\
  --data-urlencode 'query=sum by (service) (up)' \\
  '${prometheus}/api/v1/query'
`,
    },
    {
      tool: 'logcli',
      text: `logcli --addr='${doorUrl(place, 'loki')}' --username=${user} --password='${place.token}' \\
  query --limit=20 '{level="error"}'
`,
    },
    {
      tool: 'Prometheus',
      text: `# prometheus.yml: federates the match
scrape_configs:
  - job_name: match
    scrape_interval: 5s
    honor_labels: true
    scheme: ${url.protocol.replace(':', '')}
    metrics_path: ${url.pathname}/federate
    params: { 'match[]': ['{__name__=~".+"}'] }
    authorization: { credentials: ${place.token} }
    static_configs: [{ targets: ['${url.host}'] }]
`,
    },
  ];
}
