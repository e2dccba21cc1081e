import type { ConnRow } from '../record/tables/conn.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import type { Observation } from './observation.ts';

/** More of them are not remembered; the oldest give way. A gateway is asked on 60 ports a minute. */
const MOST = 5000;
const TCP = 6;

/**
 * TCP connections that netwatch opened itself, to see whether a host is up: they end by a refusal or a reset, on ports where
 * nobody expects an answer. Rules are not told of them, or they would judge netwatch. Everybody else is.
 */
export class OwnConnections {
  private readonly keys = new Set<string>();
  /** How many there are at each port of this machine: asked for each packet, before anything that costs more. */
  private readonly atPort = new Uint16Array(65_536);

  /** Notes a connection, as soon as it has a port of this machine. */
  add(localPort: number, remoteAddr: string, remotePort: number): void {
    const key = keyOf(localPort, remoteAddr, remotePort);
    if (!this.keys.delete(key)) this.atPort[localPort]!++;
    this.keys.add(key);
    if (this.keys.size <= MOST) return;
    const [oldest] = this.keys;
    this.keys.delete(oldest!);
    this.atPort[Number.parseInt(oldest!, 10)]!--;
  }

  has(localPort: number, remoteAddr: string, remotePort: number): boolean {
    return this.atPort[localPort]! > 0 && this.keys.has(keyOf(localPort, remoteAddr, remotePort));
  }

  /** Whether the packet belongs to one of them. */
  hasPacket({ transport, flow }: Packet): boolean {
    if (transport !== TCP || flow === null) return false;
    const { aPort, bPort } = flow;
    return (
      (this.atPort[aPort]! > 0 && this.has(aPort, addressB(flow), bPort)) ||
      (this.atPort[bPort]! > 0 && this.has(bPort, addressA(flow), aPort))
    );
  }

  /** Whether the socket is one of them. */
  hasConn({ proto, local_port, remote_addr, remote_port }: ConnRow): boolean {
    if (proto !== 'tcp' || local_port === null || remote_addr === null || remote_port === null) return false;
    return this.has(local_port, remote_addr, remote_port);
  }

  /** What is observed without them; the very same where none is in it. */
  without(one: Observation): Observation {
    if (this.keys.size === 0) return one;
    switch (one.type) {
      case 'conn':
        return { type: one.type, value: others(one.value, (row) => this.hasConn(row)) };
      case 'handshake':
        return {
          type: one.type,
          value: others(one.value, (row) => this.has(row.client_port, row.server_addr, row.server_port)),
        };
      case 'conversation':
        return {
          type: one.type,
          value: others(one.value, ({ proto, a_addr, a_port, b_addr, b_port }) => {
            if (proto !== 'tcp' || a_port === null || b_port === null) return false;
            return this.has(a_port, b_addr, b_port) || this.has(b_port, a_addr, a_port);
          }),
        };
      default:
        return one;
    }
  }
}

const others = <Row>(rows: readonly Row[], isOwn: (row: Row) => boolean): readonly Row[] =>
  rows.some(isOwn) ? rows.filter((row) => !isOwn(row)) : rows;

const keyOf = (localPort: number, addr: string, port: number): string => `${localPort} ${addr} ${port}`;
