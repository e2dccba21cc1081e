import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { Seen } from '../../core/health/messages/nat-mapping.ts';
import {
  bindingRequest,
  readStunAnswer,
  type StunAnswer,
  TRANSACTION_BYTES,
  transactionOf,
} from '../../core/health/messages/stun-message.ts';
import type { Clock } from '../../core/system/clock.ts';
import { ignoredWords } from './ask-datagram.ts';
import type { Deadline } from './deadline.ts';
import { hereFailure } from './local-fault.ts';
import { type Resolved, socketAddress } from './resolve-host.ts';
import { waitFor } from './wait-for.ts';

/** RFC 8489, 6.2.1: the first retransmission comes after this, each later one after twice the time, six in all. */
const RTO_MS = 500;
const MOST_SENT = 7;
/** An observation older than this may come from another path. */
const FRESH_MS = 10_000;

export interface Answered {
  readonly answer: StunAnswer;
  readonly sentAt: number;
  readonly receivedAt: number;
  /** How many times the server was asked. */
  readonly sent: number;
  readonly localPort: number;
}

interface Waiting {
  readonly addr: string;
  readonly port: number;
  /** Null for a message from the server that is not an answer. */
  take(answer: StunAnswer | null): void;
}

/**
 * One local port per family, from which all servers are asked, so that their answers show what the address translation
 * does with it. The kernel does not report a closed port at the server, because the socket is not connected.
 */
export class StunSocket {
  private readonly isIpv6: boolean;
  private readonly clock: Clock;
  private socket: Promise<dgram.Socket> | null = null;
  private readonly waiting = new Map<string, Waiting>();
  private readonly seen = new Map<string, Seen & { readonly at: number }>();
  private readonly watchers = new Set<() => void>();

  constructor(isIpv6: boolean, clock: Clock) {
    this.isIpv6 = isIpv6;
    this.clock = clock;
  }

  /** Asks a server, several times when it is silent. Rejects with the reason in words, or with CannotAsk. */
  async ask(to: Resolved, port: number, deadline: Deadline): Promise<Answered> {
    this.socket ??= this.open();
    const socket = await this.socket.catch((error: NodeJS.ErrnoException) => {
      this.socket = null;
      throw hereFailure(error, to);
    });
    const transaction = randomBytes(TRANSACTION_BYTES);
    const key = transaction.toString('hex');
    return waitFor(deadline, (done, fail) => {
      const request = bindingRequest(transaction);
      const sentAt = this.clock.monotonic();
      let sent = 0;
      let ignored = 0;
      let cancel = (): void => {};
      const send = (): void => {
        socket.send(request, port, socketAddress(to), (error) => {
          if (error) fail(hereFailure(error, to)); // the socket is not connected: others report nothing to it
        });
        if (++sent < MOST_SENT) cancel = this.clock.after(RTO_MS * 2 ** (sent - 1), send);
      };
      this.waiting.set(key, {
        addr: to.addr,
        port,
        take: (answer) => {
          const receivedAt = this.clock.monotonic();
          if (answer === null) ignored++;
          else done({ answer, sentAt, receivedAt, sent, localPort: socket.address().port });
        },
      });
      send();
      return {
        stop: () => {
          cancel();
          this.waiting.delete(key);
        },
        remark: () => ignoredWords(ignored),
      };
    });
  }

  /** Remembers what a server saw. */
  remember(one: Seen): void {
    this.seen.set(`${one.server.addr} ${one.server.port}`, { ...one, at: this.clock.monotonic() });
    for (const wake of this.watchers) wake();
  }

  /** What other servers saw recently. */
  othersThan({ server }: Seen): readonly Seen[] {
    const since = this.clock.monotonic() - FRESH_MS;
    return [...this.seen.values()].filter(
      (one) => one.at >= since && (one.server.addr !== server.addr || one.server.port !== server.port),
    );
  }

  /** Waits until another server has answered, if one at another address is being asked; at most `millis`. */
  async another({ server }: Seen, millis: number): Promise<void> {
    if (![...this.waiting.values()].some(({ addr }) => addr !== server.addr)) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel();
        this.watchers.delete(wake);
        resolve();
      };
      const cancel = this.clock.after(millis, wake);
      this.watchers.add(wake);
    });
  }

  close(): void {
    void this.socket?.then((socket) => socket.close());
    this.socket = null;
  }

  private async open(): Promise<dgram.Socket> {
    const socket = dgram.createSocket({ type: this.isIpv6 ? 'udp6' : 'udp4', ipv6Only: this.isIpv6 });
    socket.bind(0);
    await once(socket, 'listening');
    socket.on('error', () => {}); // of one datagram; its deadline tells the waiting caller
    socket.on('message', (message, from) => this.take(message, from));
    return socket;
  }

  private take(message: Buffer, { address, port }: dgram.RemoteInfo): void {
    const [addr = ''] = address.split('%', 1);
    const isFrom = (one: Waiting): boolean => one.addr === addr && one.port === port;
    const key = transactionOf(message);
    const asked = key === null ? undefined : this.waiting.get(key);
    if (asked !== undefined && isFrom(asked)) asked.take(readStunAnswer(message));
    else for (const one of this.waiting.values()) if (isFrom(one)) one.take(null);
  }
}
