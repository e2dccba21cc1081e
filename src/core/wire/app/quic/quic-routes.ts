import { latin1 } from '../../bytes.ts';
import type { QuicSession } from './quic-session.ts';

/** Ids of each side of a session; the oldest give way. */
const MOST_IDS = 32;
const LONGEST_ID = 20;

/** Whom packets with an id are for. */
export interface Route {
  readonly session: QuicSession;
  readonly toServer: boolean;
}

/** The connection ids of sessions, a character a byte, and whom each is for. */
export class QuicRoutes {
  /** The id that `find` found. */
  found = '';
  private readonly routes = new Map<string, Route>();
  /** How many ids have each length. */
  private readonly lengths = new Uint32Array(LONGEST_ID + 1);

  of(id: string): Route | undefined {
    return this.routes.get(id);
  }

  /** Whom a packet with a short header at `start` is for: the longest id that it may begin with. */
  find(bytes: Uint8Array, start: number, end: number): Route | null {
    for (let length = LONGEST_ID; length > 0; length--) {
      if (this.lengths[length] === 0 || start + 1 + length > end) continue;
      const id = latin1(bytes, start + 1, start + 1 + length);
      const route = this.routes.get(id);
      if (route === undefined) continue;
      this.found = id;
      return route;
    }
    return null;
  }

  add(session: QuicSession, toServer: boolean, id: string | null): void {
    if (id === null || id.length === 0 || id.length > LONGEST_ID) return;
    const own = session.ids[toServer ? 1 : 0];
    if (own.includes(id)) return;
    own.push(id);
    if (!this.routes.has(id)) this.lengths[id.length]!++;
    this.routes.set(id, { session, toServer });
    if (own.length > MOST_IDS) this.remove(session, own.shift()!);
  }

  forget(session: QuicSession): void {
    for (const ids of session.ids) for (const id of ids) this.remove(session, id);
  }

  private remove(session: QuicSession, id: string): void {
    if (this.routes.get(id)?.session !== session) return;
    this.routes.delete(id);
    this.lengths[id.length]!--;
  }
}
