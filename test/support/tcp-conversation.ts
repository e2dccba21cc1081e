import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import { tcpFrame } from './frames.ts';
import { dissectFrame, pathOf } from './wire.ts';

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];
const FIN_ACK = 0x11;
const PSH_ACK = 0x18;

/** A TCP connection after its handshake, whose segments are dissected one by one; `path` is below `eth/ip/`. */
export class TcpConversation {
  readonly dissector = new Dissector(REGISTRY);
  readonly packet = new Packet();
  /** Every frame so far. */
  readonly frames: Uint8Array[] = [];
  private readonly ports: readonly [number, number];
  private readonly next: [number, number] = [1000, 5000];

  constructor(serverPort: number, clientPort = 40_000) {
    this.ports = [clientPort, serverPort];
    this.send(0, [], 2);
    this.next[0]++;
    this.send(1, [], 0x12);
    this.next[1]++;
  }

  /** The path of the client's next segment. */
  client(payload: string | readonly number[], flags = PSH_ACK): string {
    return this.send(0, payload, flags);
  }

  server(payload: string | readonly number[], flags = PSH_ACK): string {
    return this.send(1, payload, flags);
  }

  /** The server closes. */
  end(): string {
    return this.send(1, [], FIN_ACK);
  }

  private send(side: 0 | 1, payload: string | readonly number[], flags: number): string {
    const bytes = typeof payload === 'string' ? [...Buffer.from(payload, 'latin1')] : payload;
    const [from, to] = side === 0 ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const [srcPort, dstPort] = side === 0 ? this.ports : [this.ports[1], this.ports[0]];
    const [seq, ack] = side === 0 ? this.next : [this.next[1], this.next[0]];
    const frame = tcpFrame({ from, to, srcPort, dstPort, seq, ack: flags === 2 ? 0 : ack, flags }, bytes);
    this.next[side] += bytes.length;
    this.frames.push(frame);
    dissectFrame(frame, 1, this.dissector, { packet: this.packet, nanoseconds: this.frames.length * 1_000_000 });
    return pathOf(this.packet).replace('eth/ip/', '');
  }
}
