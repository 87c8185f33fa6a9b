// The PromQL behind the overview and the map, in one place. `w` is the window of rate(), such as "20s".
import { quote } from '../lib/prometheus';

const requests = 'http_server_request_duration_seconds';
const statements = 'db_server_statement_duration_seconds';
const calls = 'http_client_request_duration_seconds';

// What callers see of a service that has no telemetry of its own (an outside provider).
const asService = (expression: string): string =>
  `label_replace(${expression}, "service", "$1", "server_address", "(.+)")`;

export const journeyQueries = {
  rate: (w: string) => `sum by (journey) (rate(user_requests_total[${w}]))`,
  bad: (w: string) =>
    `sum by (journey) (rate(user_requests_total{outcome!="ok"}[${w}])) / sum by (journey) (rate(user_requests_total[${w}]))`,
  p95: (w: string) =>
    `histogram_quantile(0.95, sum by (journey, le) (rate(user_request_duration_seconds_bucket[${w}])))`,
};

export const serviceQueries = {
  rate: (w: string) =>
    `sum by (service) (rate(${requests}_count[${w}])) or sum by (service) (rate(${statements}_count[${w}])) or ` +
    `sum by (service) (${asService(`sum by (server_address) (rate(${calls}_count[${w}]))`)})`,
  errors: (w: string) =>
    `sum by (service) (rate(${requests}_count{http_response_status_code=~"5.."}[${w}])) or ` +
    `sum by (service) (${asService(
      `sum by (server_address) (rate(${calls}_count{http_response_status_code!~"[234].."}[${w}]))`,
    )})`,
  p95: (w: string) =>
    `histogram_quantile(0.95, sum by (service, le) (rate(${requests}_bucket[${w}]))) or ` +
    `histogram_quantile(0.95, sum by (service, le) (rate(${statements}_bucket[${w}]))) or ` +
    `sum by (service) (${asService(
      `histogram_quantile(0.95, sum by (server_address, le) (rate(${calls}_bucket[${w}])))`,
    )})`,
  cpu: (w: string) =>
    `sum by (service) (rate(container_cpu_usage_seconds_total[${w}])) / sum by (service) (container_spec_cpu_limit_cores)`,
  pool: () =>
    'max by (service) (sum by (service, pod, pool_name) (db_client_connections_usage{state="used"}) / ' +
    'sum by (service, pod, pool_name) (db_client_connections_max))',
};

/** Calls between services, for the edges of the map. */
export const edgeQueries = {
  rate: (w: string) =>
    `sum by (service, server_address) (rate(${calls}_count[${w}])) or ` +
    `sum by (service, server_address) (rate(db_client_operation_duration_seconds_count[${w}]))`,
};

/** The same signals for one service or journey: what a pin of its chart keeps and the explorer opens. */
export const oneQueries = {
  rate: (service: string, w: string) => `sum(rate(${requests}_count{service=${quote(service)}}[${w}]))`,
  errors: (service: string, w: string) =>
    `sum by (http_response_status_code) (rate(${requests}_count{service=${quote(service)},http_response_status_code=~"5.."}[${w}]))`,
  p95: (service: string, w: string) =>
    `histogram_quantile(0.95, sum by (le) (rate(${requests}_bucket{service=${quote(service)}}[${w}])))`,
  statementRate: (service: string, w: string) => `sum(rate(${statements}_count{service=${quote(service)}}[${w}]))`,
  statementP95: (service: string, w: string) =>
    `histogram_quantile(0.95, sum by (le) (rate(${statements}_bucket{service=${quote(service)}}[${w}])))`,
  callRate: (service: string, w: string) => `sum by (service) (rate(${calls}_count{server_address=${quote(service)}}[${w}]))`,
  callErrors: (service: string, w: string) =>
    `sum by (service) (rate(${calls}_count{server_address=${quote(service)},http_response_status_code!~"[234].."}[${w}]))`,
  callP95: (service: string, w: string) =>
    `histogram_quantile(0.95, sum by (le) (rate(${calls}_bucket{server_address=${quote(service)}}[${w}])))`,
  cpu: (service: string, w: string) =>
    `sum by (pod) (rate(container_cpu_usage_seconds_total{service=${quote(service)}}[${w}])) / sum by (pod) (container_spec_cpu_limit_cores{service=${quote(service)}})`,
  journeyRate: (journey: string, w: string) =>
    `sum by (outcome) (rate(user_requests_total{journey=${quote(journey)}}[${w}]))`,
  journeyBad: (journey: string, w: string) =>
    `sum by (step, outcome) (rate(user_requests_total{journey=${quote(journey)},outcome!="ok"}[${w}]))`,
  journeyP95: (journey: string, w: string) =>
    `histogram_quantile(0.95, sum by (le) (rate(user_request_duration_seconds_bucket{journey=${quote(journey)}}[${w}])))`,
};
