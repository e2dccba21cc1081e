import type { ConnRow } from '../../../core/record/tables/conn.ts';

/** Addresses that are remembered; those that were seen first are forgotten first. */
const MOST = 20_000;
/** How long an address is new. */
const NEW_MS = 60_000;

/** Remembers which remote addresses there were. */
export class RemoteMemory {
  private readonly known = new Set<string>();
  private recent: { readonly addr: string; readonly since: number }[] = [];
  private hasBegun = false;

  /** Takes all connections of a moment, in milliseconds since 1970; returns the addresses that are new then. */
  ingest(rows: readonly ConnRow[], now: number): ReadonlySet<string> {
    for (const { remote_addr: addr } of rows) {
      if (addr === null || this.known.has(addr)) continue;
      if (this.known.size >= MOST) this.known.delete(this.known.values().next().value!);
      this.known.add(addr);
      if (this.hasBegun) this.recent.push({ addr, since: now });
    }
    this.hasBegun = true;
    this.recent = this.recent.filter(({ since }) => now - since < NEW_MS).slice(-MOST);
    return new Set(this.recent.map(({ addr }) => addr));
  }
}
