// Who the reader is: a handle and a cookie that scripts cannot see.
import { api } from './api';
import { Problem } from './http';
import type { Session } from './messages';

class Me {
  session = $state.raw<Session | null>(null);
  /** False until the server has said whether there is a session. */
  known = $state(false);
  unreachable = $state(false);

  async load(): Promise<void> {
    try {
      this.session = await api.session();
      this.unreachable = false;
    } catch (error) {
      this.session = null;
      this.unreachable = !(error instanceof Problem && error.status === 401);
    }
    this.known = true;
  }

  async take(handle: string): Promise<void> {
    this.session = await api.takeHandle(handle);
  }
}

export const me = new Me();
