import type { ConnRow } from '../../../core/record/tables/conn.ts';
import { type ClosedTraffic, NO_TRAFFIC, type Traffic } from '../model/machine.ts';

/** Processes, and remote addresses, of which closed connections are counted; those that closed none for the longest go first. */
const MOST_NAMES = 2000;

/** Counts what connections carried that are gone. */
export class ClosedTrafficCounter {
  private all = NO_TRAFFIC;
  private readonly processes = new Map<string, Traffic>();
  private readonly remotes = new Map<string, Traffic>();

  add({ process, remote_addr, rx_bytes, tx_bytes }: ConnRow): void {
    if (rx_bytes === null && tx_bytes === null) return;
    const carried = { rx: rx_bytes ?? 0, tx: tx_bytes ?? 0 };
    this.all = sum(this.all, carried);
    count(this.processes, process, carried);
    count(this.remotes, remote_addr, carried);
  }

  get current(): ClosedTraffic {
    return { all: this.all, byProcess: new Map(this.processes), byRemote: new Map(this.remotes) };
  }
}

const sum = (a: Traffic, b: Traffic): Traffic => ({ rx: a.rx + b.rx, tx: a.tx + b.tx });

function count(names: Map<string, Traffic>, name: string | null, carried: Traffic): void {
  if (name === null) return;
  const known = names.get(name) ?? NO_TRAFFIC;
  names.delete(name);
  if (names.size >= MOST_NAMES) names.delete(names.keys().next().value!);
  names.set(name, sum(known, carried));
}
