import type { Completion } from '../../../core/filter/completion.ts';
import type { PlaceFacts } from '../../../core/net/place-facts.ts';
import { completePacketFilter } from '../../../core/packet/packet-completion.ts';
import type { PacketDetail } from '../../../core/packet/packet-detail.ts';
import { checkPacketFilter, type PacketSearch } from '../../../core/packet/packet-search.ts';
import type { PacketStore } from '../../../core/packet/packet-store.ts';
import type { StoredPackets } from '../../../core/packet/stored-packets.ts';
import type { PacketRow } from '../../../core/record/tables/packet.ts';
import type { StreamRow } from '../../../core/record/tables/stream.ts';
import { type HandshakeTimes, timesOf } from '../../../core/stats/handshake-times.ts';
import { newestOf } from '../../../core/stream/stored-stream.ts';
import type { AddressLook, PacketLook } from '../model/packet-look.ts';

/** A store and what a search found in it, as they are now. */
export class StoreLook implements PacketLook {
  readonly seen: number;
  readonly first: number;
  readonly held: number;
  readonly count: number;
  readonly isSearching: boolean;
  readonly isCounted: boolean;
  private readonly store: PacketStore;
  private readonly packets: StoredPackets;
  private readonly search: PacketSearch | null;
  private readonly now: () => number;
  private readonly addresses: AddressLook;
  /** Numbers of packets that pass, from `from` on; null for all. The search may add more. */
  private readonly matches: readonly number[] | null;
  private readonly from: number;

  constructor(
    store: PacketStore,
    packets: StoredPackets,
    search: PacketSearch | null,
    isSearching: boolean,
    now: () => number,
    addresses: AddressLook,
    last = store.last,
  ) {
    this.store = store;
    this.packets = packets;
    this.search = search;
    this.now = now;
    this.addresses = addresses;
    this.first = store.first;
    this.held = last - store.first + 1;
    this.seen = this.held + store.lost;
    this.matches = search?.matches ?? null;
    this.from = search?.from ?? 0;
    this.count = search?.matched ?? this.held;
    if (search !== null && last < store.last) this.count = this.indexOf(last) + 1;
    this.isSearching = isSearching;
    this.isCounted = search?.isDone ?? true;
  }

  until(moment: number): PacketLook {
    const { store, packets, search, isSearching, now, addresses } = this;
    return new StoreLook(store, packets, search, isSearching, now, addresses, lastUntil(store, moment));
  }

  check(filter: string): void {
    checkPacketFilter(filter, this.now);
  }

  complete(filter: string, cursor: number): Completion {
    return completePacketFilter(filter, cursor);
  }

  numberAt(index: number): number {
    return this.matches === null ? this.first + index : (this.matches[this.from + index] ?? 0);
  }

  indexOf(number: number): number {
    if (this.matches === null) return Math.max(0, Math.min(this.count, number - this.first + 1)) - 1;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.numberAt(middle) <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  rows(from: number, to: number): readonly (PacketRow | null)[] {
    return this.packets.rows(Array.from({ length: Math.max(0, to - from) }, (_, index) => this.numberAt(from + index)));
  }

  row(number: number): PacketRow | null {
    return this.packets.rows([number])[0] ?? null;
  }

  detail(number: number): PacketDetail | null {
    return this.packets.detail(number);
  }

  handshakeOf(number: number): HandshakeTimes {
    return timesOf(this.store.holds(number) ? (this.store.flowOf(number)?.tcp ?? null) : null);
  }

  placeOf(address: string): PlaceFacts {
    return this.addresses.placeOf(address);
  }

  hostOf(address: string): string | null {
    return this.addresses.hostOf(address);
  }

  newestOf(stream: StreamRow): number {
    return newestOf(this.store, stream);
  }
}

/** The newest packet that came until a moment; the one before the first that is held for none. */
function lastUntil(store: PacketStore, moment: number): number {
  let low = store.first;
  let high = store.last + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { seconds, nanoseconds } = store.momentOf(middle);
    if (seconds * 1000 + nanoseconds / 1e6 > moment) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}
