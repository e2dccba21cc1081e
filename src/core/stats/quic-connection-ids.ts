import { latin1 } from '../wire/bytes.ts';

/** Longest id (RFC 9000, 17.2), and the shortest by which a connection is followed to other endpoints: chance makes shorter ones. */
const LONGEST_ID = 20;
const SHORTEST_FOLLOWED = 4;
/** Ids of each side of a connection; the oldest give way. */
const MOST_IDS = 16;

/** What has ids: those that its client and its server receive, a character a byte. */
export interface HasIds {
  readonly ids: readonly [ofClient: string[], ofServer: string[]];
}

/** Whom a packet with an id is for; null when several chose the same one, which then tells nothing. */
interface Route<Session> {
  readonly session: Session | null;
  readonly toServer: boolean;
}

/** The connection ids of all sessions, by which one is known again when it comes by another flow. */
export class ConnectionIds<Session extends HasIds> {
  private readonly routes = new Map<string, Route<Session>>();
  /** How many ids have each length. */
  private readonly lengths = new Uint32Array(LONGEST_ID + 1);

  add(session: Session, toServer: boolean, id: string): void {
    const own = session.ids[toServer ? 1 : 0];
    if (id.length > LONGEST_ID || own.includes(id)) return;
    own.push(id);
    if (id.length >= SHORTEST_FOLLOWED) {
      const known = this.routes.get(id);
      if (known === undefined) this.lengths[id.length]!++;
      const isShared = known !== undefined && known.session !== session;
      this.routes.set(id, { session: isShared ? null : session, toServer });
    }
    if (own.length > MOST_IDS) this.remove(session, own.shift()!);
  }

  /** Whom a packet with a short header at `start` is for, when only one can be meant: that of the longest id that it begins with. */
  find(bytes: Uint8Array, start: number, end: number): Route<Session> | null {
    for (let length = LONGEST_ID; length >= SHORTEST_FOLLOWED; length--) {
      if (this.lengths[length] === 0 || start + 1 + length > end) continue;
      const route = this.routes.get(latin1(bytes, start + 1, start + 1 + length));
      if (route !== undefined) return route;
    }
    return null;
  }

  forget(session: Session): void {
    for (const ids of session.ids) for (const id of ids) this.remove(session, id);
  }

  /** Of one that several chose nobody knows who is left: it goes with the first. */
  private remove(session: Session, id: string): void {
    const known = this.routes.get(id);
    if (known === undefined || (known.session !== null && known.session !== session)) return;
    this.routes.delete(id);
    this.lengths[id.length]!--;
  }
}
