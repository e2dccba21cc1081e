import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import type { Clock } from '../../core/system/clock.ts';
import type { Deadline } from './deadline.ts';
import { hereFailure, socketFailure } from './local-fault.ts';
import { type Resolved, socketAddress } from './resolve-host.ts';
import { waitFor } from './wait-for.ts';

/** The contents of a datagram: a number of ours, its own number, and our signature. */
const TOKEN_BYTES = 12;
const SEQUENCE_BYTES = 4;
const SIGNATURE = Buffer.from('netwatch probe\r\n');
/** The number of echoes that are remembered, to recognise duplicates. */
const MOST_REMEMBERED = 4096;

export interface Echo {
  readonly sentAt: number;
  readonly receivedAt: number;
}

interface Waiting {
  came(receivedAt: number): void;
  cameOther(): void;
  fail(error: Error): void;
}

/**
 * Sends numbered datagrams to an echo server (RFC 862), all from one port. The socket is connected: datagrams from
 * elsewhere never arrive, and a closed port is reported.
 */
export class EchoSocket {
  readonly to: Resolved;
  /** The number of duplicate echoes. */
  duplicates = 0;
  private readonly clock: Clock;
  private readonly socket: dgram.Socket;
  private readonly connected: Promise<void>;
  private readonly token = randomBytes(TOKEN_BYTES);
  private readonly waiting = new Map<number, Waiting>();
  private readonly echoed = new Set<number>();
  private sequence = 0;
  private isOpen = true;

  constructor(to: Resolved, port: number, clock: Clock) {
    this.to = to;
    this.clock = clock;
    this.socket = dgram.createSocket(to.addr.includes(':') ? 'udp6' : 'udp4');
    this.socket.on('message', (message) => this.take(message));
    // the kernel says which socket was refused, not which datagram
    this.socket.on('error', (error) => {
      for (const one of [...this.waiting.values()]) one.fail(socketFailure(error, to));
    });
    this.connected = new Promise((resolve, reject) => {
      this.socket.connect(port, socketAddress(to), (error?: Error) => {
        if (error) reject(hereFailure(error, to));
        else resolve();
      });
    });
    this.connected.catch(() => {});
  }

  /** Sends a datagram and waits for its echo. Rejects with the reason in words, or with CannotAsk. */
  async ask(deadline: Deadline): Promise<Echo> {
    await deadline.race(this.connected, 'answer', () => {});
    const number = this.sequence++ >>> 0;
    const datagram = Buffer.concat([this.token, Buffer.alloc(SEQUENCE_BYTES), SIGNATURE]);
    datagram.writeUInt32BE(number, TOKEN_BYTES);
    return waitFor(deadline, (done, fail) => {
      let others = 0;
      const sentAt = this.clock.monotonic();
      this.waiting.set(number, {
        came: (receivedAt) => done({ sentAt, receivedAt }),
        cameOther: () => others++,
        fail,
      });
      this.socket.send(datagram, (error) => {
        if (error) fail(socketFailure(error, this.to));
      });
      return {
        stop: () => this.waiting.delete(number),
        remark: () => (others === 0 ? null : `what came (${others}) is no echo of what was sent`),
      };
    });
  }

  close(): void {
    if (this.isOpen) this.socket.close();
    this.isOpen = false;
  }

  private take(message: Buffer): void {
    const receivedAt = this.clock.monotonic();
    const number = this.numberOf(message);
    if (number === null) {
      for (const one of this.waiting.values()) one.cameOther();
    } else if (this.echoed.has(number)) {
      this.duplicates++;
    } else {
      this.echoed.add(number);
      if (this.echoed.size > MOST_REMEMBERED) this.echoed.delete(this.echoed.values().next().value!);
      this.waiting.get(number)?.came(receivedAt);
    }
  }

  /** The number of a datagram that this socket sent; null for any other bytes. */
  private numberOf(message: Buffer): number | null {
    if (message.length !== TOKEN_BYTES + SEQUENCE_BYTES + SIGNATURE.length) return null;
    const isOurs =
      message.subarray(0, TOKEN_BYTES).equals(this.token) &&
      message.subarray(TOKEN_BYTES + SEQUENCE_BYTES).equals(SIGNATURE);
    const number = message.readUInt32BE(TOKEN_BYTES);
    return isOurs && number < this.sequence ? number : null;
  }
}
