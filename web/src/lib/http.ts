// Requests to the server's HTTP API. Every refusal comes back as a Problem that can be shown as it is.
import { strings } from './strings';

/** RFC 9457 problem details, or what stands in for them when nothing answered. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly at = '',
  ) {
    super(message);
    this.name = 'Problem';
  }
}

export function problemText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Record<string, unknown>;
    // Problem details, or the Prometheus door's own shape.
    const detail = body['detail'] ?? body['error'] ?? body['title'];
    return new Problem(
      response.status,
      String(body['code'] ?? body['errorType'] ?? ''),
      typeof detail === 'string' && detail !== '' ? detail : strings.errors.status(response.status),
      String(body['at'] ?? ''),
    );
  } catch {
    return new Problem(response.status, '', strings.errors.status(response.status));
  }
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, 'content-type': 'application/json' };
  }
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', strings.errors.unreachable);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send('GET', path, undefined, signal)).json()) as T;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return (await (await send('POST', path, body)).json()) as T;
}

export async function remove(path: string): Promise<void> {
  await send('DELETE', path, undefined);
}
