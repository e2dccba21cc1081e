import { parseIp } from '../../../core/net/ip-address.ts';
import type { Places } from '../../../core/place/places.ts';
import { type ConnRow, conn } from '../../../core/record/tables/conn.ts';
import type { ReverseDns } from '../../../platform/machine/reverse-dns.ts';
import type { Machine } from '../model/machine.ts';

/** Which facts are shown. */
export interface WantedFacts {
  readonly names: boolean;
  readonly places: boolean;
}

/** After somebody asks, names that come late are awaited so long at a time. */
const WAIT_MS = 2000;

const HOSTS = Object.entries(conn.hosts);
const PLACES = Object.entries(conn.places);

/** Names and places of the addresses of connections: those that are known by now. It never waits. */
export class AddressFacts {
  private readonly names: ReverseDns | null;
  private readonly places: Places;
  private readonly cameLate: () => void;
  private wanted: WantedFacts = { names: false, places: false };
  private isWaiting = false;
  private isOver = false;

  /** `names` is null where DNS may not be asked. `cameLate` is called when names came that were not there when rows were filled. */
  constructor(names: ReverseDns | null, places: Places, cameLate: () => void) {
    this.names = names;
    this.places = places;
    this.cameLate = cameLate;
  }

  want(wanted: WantedFacts): void {
    this.wanted = wanted;
  }

  /** Fills rows that were made for one look, which nobody has seen yet: in place, as a copy of 65 fields takes longer. */
  fillFresh({ conns }: Machine): void {
    if (!this.isWanted) return;
    for (const row of conns) Object.assign(row, this.factsOf(row));
    this.awaitNames();
  }

  /** The same machine with what is known since; the very same where that is nothing. */
  fill(machine: Machine): Machine {
    if (!this.isWanted) return machine;
    const filled = new Map<ConnRow, ConnRow>();
    const withFacts = (row: ConnRow): ConnRow => {
      const known = filled.get(row);
      if (known !== undefined) return known;
      const facts = this.factsOf(row);
      const next = facts === null ? row : { ...row, ...facts };
      filled.set(row, next);
      return next;
    };
    const conns = machine.conns.map(withFacts);
    const tracked = machine.tracked.map((one) => {
      const row = withFacts(one.row);
      return row === one.row ? one : { ...one, row };
    });
    this.awaitNames();
    const isSame = [...filled].every(([before, after]) => before === after);
    return isSame ? machine : { ...machine, conns, tracked };
  }

  /** The name of an address where names are wanted and it is known by now; asks for it else. */
  nameOf(address: string): string | null {
    if (!this.wanted.names) return null;
    const name = this.hostOf(address);
    this.awaitNames();
    return name;
  }

  close(): void {
    this.isOver = true;
    this.names?.close();
  }

  private get isWanted(): boolean {
    return this.wanted.places || (this.wanted.names && this.names !== null);
  }

  /** The fields that are not filled in and are known now; null for none. */
  private factsOf(row: ConnRow): Partial<ConnRow> | null {
    let facts: Record<string, unknown> | null = null;
    const add = (field: string, value: string | number | null): void => {
      if (value === null) return;
      facts ??= {};
      facts[field] = value;
    };
    const values = row as unknown as Readonly<Record<string, unknown>>;
    if (this.wanted.names)
      for (const [field, of] of HOSTS) if (values[field] === null) add(field, this.hostOf(values[of]));
    if (this.wanted.places)
      for (const [field, { of, is }] of PLACES) {
        const value = values[of];
        if (values[field] !== null || typeof value !== 'string') continue;
        add(field, is === 'vendor' ? this.places.vendorOf(value) : this.places.factsOf(value)[is]);
      }
    return facts;
  }

  private hostOf(address: unknown): string | null {
    return typeof address === 'string' && parseIp(address) !== null ? (this.names?.hostOf(address) ?? null) : null;
  }

  private awaitNames(): void {
    if (!this.wanted.names || this.names === null || this.isWaiting) return;
    this.isWaiting = true;
    void this.names.settle(WAIT_MS).then((hasWaited) => {
      this.isWaiting = false;
      // who is told fills rows again: where nothing was asked that would go on without an end
      if (hasWaited && !this.isOver) this.cameLate();
    });
  }
}
