import { NO_FACTS } from '../../../core/net/place-facts.ts';
import type { PacketFeed } from '../../../core/packet/packet-feed.ts';
import type { PacketOwners } from '../../../core/packet/packet-owners.ts';
import type { ReplaySetup } from '../../../core/packet/packet-replay.ts';
import { PacketSearch } from '../../../core/packet/packet-search.ts';
import { PacketStore, type StoreLimits } from '../../../core/packet/packet-store.ts';
import { StoredPackets } from '../../../core/packet/stored-packets.ts';
import { followStored, type StoredStream } from '../../../core/stream/stored-stream.ts';
import type { Clock } from '../../../core/system/clock.ts';
import type { AddressLook, PacketLook } from '../model/packet-look.ts';
import { SLICE_MS, slicesOfTime } from './slices-of-time.ts';
import { StoreLook } from './store-look.ts';

/** Packets are shown so long after they came, at most. */
const PUBLISH_MS = 100;
/** A search rests so long between two slices. */
const REST_MS = 1;
/** When fewer have not been searched yet, nobody needs to know: they have just come. */
const FEW = 5000;
/** A frame waits so long for a search. */
const FRESH_MS = 2;
/** To follow a stream again takes no more than this part of the time. */
const FOLLOW_SHARE = 0.05;

/** `isAsked` when it is the answer to what a person did. */
export type PublishPackets = (look: PacketLook, isAsked: boolean) => void;

const UNKNOWN_ADDRESSES: AddressLook = { placeOf: () => NO_FACTS, hostOf: () => null };

/** Holds the packets of a capture for the screen, and searches them. */
export class PacketDesk {
  private readonly clock: Clock;
  private readonly publish: PublishPackets;
  private readonly addresses: AddressLook;
  private store: PacketStore | null = null;
  private setup: ReplaySetup = { secrets: null, owners: null, decrypts: false };
  private packets: StoredPackets | null = null;
  private filter: string | null = null;
  private search: PacketSearch | null = null;
  /** A person waits for the end of the search. */
  private isAsked = false;
  /** Nothing that is held may go: somebody looks at it. */
  private isKept = false;
  /** The newest packet when some were shown that are not whole yet. */
  private unfinishedAt = 0;
  private followAt = 0;
  private cancel: (() => void) | null = null;
  private due = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, publish: PublishPackets, addresses: AddressLook = UNKNOWN_ADDRESSES) {
    this.clock = clock;
    this.publish = publish;
    this.addresses = addresses;
  }

  /** Holds the packets of this capture from now on, in place of those of another. `owners` as in ReplaySetup. */
  begin(feed: PacketFeed, owners: PacketOwners | null, limits: StoreLimits): void {
    const { reader, dissector } = feed;
    feed.workInSlices(slicesOfTime(this.clock));
    const store = new PacketStore(reader.interfaces, limits);
    this.store = store;
    // secrets may come with packets
    this.setup = {
      get secrets() {
        return dissector.secrets;
      },
      owners,
      decrypts: false,
    };
    this.packets = null;
    this.search = null;
    this.setFilter(this.filter, false);
    feed.listen((packet) => {
      // what a capture delivers that has ended is nobody's
      if (this.store !== store) return;
      if (this.isKept && store.isFullFor(packet.frameEnd - packet.frameStart)) store.lost++;
      else store.add(packet, reader.comment);
      if (this.cancel === null) this.wakeIn(PUBLISH_MS);
    });
  }

  /** Whether packets are held, or could be. */
  get held(): { readonly store: PacketStore; readonly numbers: readonly number[] } | null {
    const { store, search } = this;
    if (store === null) return null;
    search?.goOn(() => false);
    const numbers =
      search === null
        ? Array.from({ length: store.count }, (_, index) => store.first + index)
        : search.matches.slice(search.from);
    return { store, numbers };
  }

  /** Shows the packets that pass; null for all. Throws Failure 64 for a filter that means nothing. */
  setFilter(text: string | null, isAsked = true): void {
    this.filter = text;
    const { store } = this;
    if (store === null) return;
    this.search = text === null ? null : new PacketSearch(store, text, this.setup, () => this.clock.now());
    this.isAsked = isAsked;
    this.work();
  }

  clear(): void {
    this.store?.clear();
    this.packets = null;
    this.setFilter(this.filter);
  }

  /** Packets that are held stay, and others are lost when there is no more room; or the newest are held again. */
  keep(isKept: boolean): void {
    this.isKept = isKept;
  }

  /** The packets as they are now; null where there are none. */
  look(): PacketLook | null {
    const { store, packets, search, clock, addresses } = this;
    search?.forget();
    if (store === null || packets === null) return null;
    const isSearching = search !== null && search.left > (this.isAsked ? 0 : FEW);
    return new StoreLook(store, packets, search, isSearching, () => clock.now(), addresses);
  }

  /** The same, after a short search of those that have just come: a frame need not tell a count that is still being made. */
  freshLook(): PacketLook | null {
    const end = this.clock.monotonic() + FRESH_MS;
    this.search?.goOn(() => this.clock.monotonic() >= end);
    return this.look();
  }

  /** What was said in the stream of a packet; null for none. */
  stream(number: number): StoredStream | null {
    if (this.store === null) return null;
    const begun = this.clock.monotonic();
    const stream = followStored(this.store, number);
    const ended = this.clock.monotonic();
    this.followAt = ended + Math.max(PUBLISH_MS, (ended - begun) / FOLLOW_SHARE);
    return stream;
  }

  /** The same, of a stream that was followed before; null when that was so lately that the next look must ask again. */
  streamOn(number: number): StoredStream | null {
    const rest = this.followAt - this.clock.monotonic();
    if (rest <= 0) return this.stream(number);
    this.wakeIn(rest);
    return null;
  }

  stop(): void {
    this.store = null;
    this.cancel?.();
    this.cancel = null;
  }

  private wakeIn(millis: number): void {
    const due = this.clock.monotonic() + millis;
    if (this.cancel !== null && this.due <= due) return;
    this.cancel?.();
    this.due = due;
    this.cancel = this.clock.after(millis, () => {
      this.cancel = null;
      this.work();
    });
  }

  /** Searches for a while, shows what there is, and comes back if there is more. */
  private work(): void {
    const { store, search, clock } = this;
    if (store === null) return;
    const end = clock.monotonic() + SLICE_MS;
    const isOver = (): boolean => clock.monotonic() >= end;
    search?.goOn(isOver);
    this.packets ??= new StoredPackets(store, this.setup, () => {
      this.unfinishedAt = store.last;
      this.wakeIn(REST_MS);
    });
    // where packets come all the time, others are shown soon
    const isWhole = this.packets.goOn(isOver) && store.last === this.unfinishedAt;
    if (this.packets.isUnfinished) this.wakeIn(REST_MS);
    const { isAsked } = this;
    if (search === null || search.isDone) this.isAsked = false;
    else this.wakeIn(REST_MS);
    this.publish(this.look()!, isAsked || isWhole);
  }
}
