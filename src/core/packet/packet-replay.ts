import { REGISTRY } from '../wire/all-protocols.ts';
import type { TlsSecrets } from '../wire/app/tls/tls-secrets.ts';
import type { Direction } from '../wire/direction.ts';
import { Dissector } from '../wire/dissector.ts';
import type { Flow } from '../wire/flow.ts';
import { Packet } from '../wire/packet.ts';
import type { Registry } from '../wire/protocol.ts';
import { FileOwners } from './file-owners.ts';
import type { OwnedSides, PacketOwner, PacketOwners } from './packet-owners.ts';
import { PacketRows, type PacketSource } from './packet-rows.ts';
import { expertNumbers, type PacketStore } from './packet-store.ts';

/** What a replay knows beside the packets. */
export interface ReplaySetup {
  /** Whether the hellos of QUIC are decrypted. */
  readonly decrypts: boolean;
  readonly secrets: TlsSecrets | null;
  /** Who knows the owners of flows as they were first dissected; null for a file, which names them itself. */
  readonly owners: PacketOwners | null;
}

/**
 * Dissects packets of a store again. What was found the first time stays: the number of the stream, and the experts, for
 * which packets may be needed that are no longer held. Show packets to `visit` in their order; some may be left out.
 */
export class PacketReplay {
  readonly packet = new Packet();
  readonly rows = new PacketRows();
  readonly dissector: Dissector;
  private readonly store: PacketStore;
  private readonly source: { -readonly [K in keyof PacketSource]: PacketSource[K] };

  /** `registry` in place of all protocols. */
  constructor(store: PacketStore, { decrypts, secrets, owners }: ReplaySetup, registry: Registry = REGISTRY) {
    this.store = store;
    this.dissector = new Dissector(registry, { decrypts, secrets });
    this.source = { interfaces: store.interfaces, comment: null };
    this.rows.source = this.source;
    this.rows.faults = this.dissector.faults;
    this.rows.owners = owners === null ? new FileOwners(this.source) : new KeptOwners(store, owners);
  }

  /** Sets `packet` to a packet that is held, dissected. */
  visit(number: number): void {
    const { store, packet } = this;
    store.load(number, packet);
    this.dissector.dissect(packet);
    const stream = store.streamOf(number);
    if (packet.flow !== null && stream >= 0 && packet.flow.transport === store.transportOf(number))
      packet.flow.stream = stream;
    restoreExperts(packet, store.expertsOf(number));
  }

  /** Tells the rows which packet it is; call it before one is made of it. */
  see(): void {
    const { store, packet } = this;
    this.source.comment = store.commentOf(packet.number);
    this.rows.seeBetween(store.firstMoment, store.momentBefore(packet.number), packet);
  }
}

function restoreExperts(packet: Packet, kept: number): void {
  let bits = 0;
  for (let index = 0; index < packet.expertCount; index++) bits |= 1 << packet.experts[index]!;
  if (bits >>> 0 === kept) return;
  packet.expertCount = 0;
  for (const number of expertNumbers(kept)) packet.expert(number);
}

/** Owners by the flows of the first dissection, which they were found for. */
class KeptOwners implements PacketOwners {
  private readonly store: PacketStore;
  private readonly owners: PacketOwners;

  constructor(store: PacketStore, owners: PacketOwners) {
    this.store = store;
    this.owners = owners;
  }

  senderOf(packet: Packet): PacketOwner | null {
    return this.asThen(packet, () => this.owners.senderOf(packet));
  }

  receiverOf(packet: Packet): PacketOwner | null {
    return this.asThen(packet, () => this.owners.receiverOf(packet));
  }

  sidesOf(flow: Flow): OwnedSides {
    return this.owners.sidesOf(flow);
  }

  private asThen(packet: Packet, ask: () => PacketOwner | null): PacketOwner | null {
    const { flow, direction } = packet;
    const { store } = this;
    packet.flow = store.flowOf(packet.number);
    packet.direction = store.directionOf(packet.number) as Direction;
    try {
      return ask();
    } finally {
      packet.flow = flow;
      packet.direction = direction;
    }
  }
}
