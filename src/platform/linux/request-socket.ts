import type { Clock } from '../../core/system/clock.ts';
import type { EchoOptions, EchoReply, EchoSocket } from '../../core/system/platform.ts';
import { errorIn, type PathError, sendErrorWords, sendFault } from './icmp-error.ts';
import { type Libc, libc } from './libc.ts';
import { type ControlMessage, MessageReceiver, type ReceivedMessage } from './received-message.ts';
import { addressIn } from './socket-address.ts';

// include/linux/socket.h, in.h, in6.h
export const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_TIMESTAMPNS = 35;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_TTL = 2;
const IP_MTU_DISCOVER = 10;
const IP_RECVERR = 11;
const IPV6_UNICAST_HOPS = 16;
const IPV6_MTU_DISCOVER = 23;
const IPV6_RECVERR = 25;
/** What the kernel learns of a path decides on fragments: the usual way. */
const PMTUDISC_WANT = 1;
/** No fragments, and as large as the interface permits, whatever was learned. */
const PMTUDISC_PROBE = 3;
const USUAL_TTL = -1;
const CLOCK_REALTIME = 0;
/** Two clocks that are read within this were read at one instant. */
const AT_ONCE_MS = 0.05;
const MOST_TRIES = 3;
const EMSGSIZE = 90;
/** Errors of earlier requests that may come in the place of sending one. */
const MOST_ATTEMPTS = 8;

/** Between two looks while somebody waits; the kernel says when an answer came, so that it costs no precision. */
const LOOK_MS = 2;
const MOST_REMEMBERED = 16_384;
const MOST_READ_AT_ONCE = 4096;

interface Waiting {
  readonly address: string;
  readonly sentAt: number;
  readonly answer: (reply: EchoReply) => void;
  /** Whether nobody waits for it any more. */
  isOver: boolean;
  /** Whether it was answered, even if too late: another answer is then a duplicate. */
  hasAnswer: boolean;
}

/** The reply for a request that was not answered. */
export const SILENCE: EchoReply = {
  rttMs: null,
  error: null,
  from: null,
  errorMs: null,
  cause: null,
  mtu: null,
  fault: null,
};

/**
 * Requests over a socket that all probers share, and what comes back: answers, and ICMP errors. A kind of request says
 * how it is sent, and which key matches an answer or an error to it.
 */
export abstract class RequestSocket implements EchoSocket {
  abstract readonly method: EchoSocket['method'];
  protected readonly c: Libc = libc();
  private readonly receiver = new MessageReceiver();
  private readonly waiting = new Map<string, Waiting>();
  private readonly again = new Map<string, number>();
  private readonly time = Buffer.alloc(16);
  private open = 0;
  private cancelLook: (() => void) | null = null;
  private ttl = USUAL_TTL;
  private discovery = PMTUDISC_WANT;
  private localMtu: number | null = null;
  private isClosed = false;

  constructor(
    protected readonly fd: number,
    protected readonly isIpv4: boolean,
    private readonly clock: Clock,
  ) {
    this.set(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    this.set(SOL_SOCKET, SO_RCVBUF, 1024 * 1024);
    if (isIpv4) this.set(IPPROTO_IP, IP_RECVERR, 1);
    else this.set(IPPROTO_IPV6, IPV6_RECVERR, 1);
  }

  /** The key of the next request to an address; it finds the answer as long as 16,384 others have not been made. */
  protected abstract nextKey(address: string): string;
  /** Sends it, so large that the IP packet has `bytes`, or as usual for null; false when errno says why not. */
  protected abstract transmit(key: string, address: string, zone: number, bytes: number | null): boolean;
  /** The key of the request that a datagram answers; null for none. */
  protected abstract answerKey(message: ReceivedMessage): string | null;
  /** The key of the request that an error is about; null for none. */
  protected abstract errorKey(message: ReceivedMessage): string | null;
  /** What an error means to the prober: for example, that the host is up. */
  protected abstract replyTo(error: PathError, elapsedMs: number): EchoReply;

  send(
    address: string,
    zone: number,
    timeoutMs: number,
    signal: AbortSignal,
    options: EchoOptions = {},
  ): Promise<EchoReply> {
    return new Promise((resolve) => {
      const key = this.nextKey(address);
      const finish = (reply: EchoReply): void => {
        if (waiting.isOver) return;
        waiting.isOver = true;
        this.open--;
        cancel();
        signal.removeEventListener('abort', abandon);
        resolve(reply);
      };
      const abandon = (): void => {
        this.drain(); // as above, when its time ends here
        finish({ ...SILENCE, error: 'interrupted' });
      };
      const cancel = this.clock.after(timeoutMs, () => {
        this.drain(); // it may lie there
        finish(SILENCE);
      });
      signal.addEventListener('abort', abandon, { once: true });
      const waiting: Waiting = {
        address,
        sentAt: this.clock.monotonic(),
        answer: finish,
        isOver: false,
        hasAnswer: false,
      };
      this.waiting.delete(key);
      this.waiting.set(key, waiting);
      if (this.waiting.size > MOST_REMEMBERED) this.waiting.delete(this.waiting.keys().next().value!);
      this.open++;
      // the number of a closed socket may be that of another file by now
      if (signal.aborted || this.isClosed) return abandon();
      const refused = this.attempt(key, address, zone, options);
      if (refused !== null) finish(refused);
      else this.look();
    });
  }

  duplicates(address: string): number {
    const count = this.again.get(address) ?? 0;
    this.again.delete(address);
    return count;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cancelLook?.();
    this.cancelLook = null;
    this.c.close(this.fd);
  }

  protected set(level: number, name: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.c.setsockopt(this.fd, level, name, bytes, 4);
  }

  private attempt(key: string, address: string, zone: number, { ttl, bytes }: EchoOptions): EchoReply | null {
    this.settle(ttl ?? USUAL_TTL, bytes === undefined ? PMTUDISC_WANT : PMTUDISC_PROBE);
    for (let attempt = 0; ; attempt++) {
      if (this.transmit(key, address, zone, bytes ?? null)) return null;
      const errno = this.c.errno();
      this.localMtu = null;
      // an error of an earlier request may be told by this call: it is in the queue, and the next call sends
      const drained = this.drainErrors();
      if (errno === EMSGSIZE && this.localMtu !== null) {
        return { ...SILENCE, error: sendErrorWords(errno), cause: 'too_big', mtu: this.localMtu };
      }
      if (attempt < MOST_ATTEMPTS && drained > 0) continue;
      const cause = errno === EMSGSIZE ? 'too_big' : null;
      return { ...SILENCE, error: sendErrorWords(errno), cause, fault: sendFault(errno) };
    }
  }

  /** Options of the socket hold for what is sent next; calls are made only for what changes. */
  private settle(ttl: number, discovery: number): void {
    const { isIpv4 } = this;
    const level = isIpv4 ? IPPROTO_IP : IPPROTO_IPV6;
    if (ttl !== this.ttl) this.set(level, isIpv4 ? IP_TTL : IPV6_UNICAST_HOPS, ttl);
    if (discovery !== this.discovery) this.set(level, isIpv4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, discovery);
    this.ttl = ttl;
    this.discovery = discovery;
  }

  private look(): void {
    this.cancelLook ??= this.clock.after(LOOK_MS, () => {
      this.cancelLook = null;
      this.drain();
      if (this.open > 0) this.look();
    });
  }

  private drain(): void {
    if (this.isClosed) return;
    this.drainErrors(); // an error that is not read yet is told in place of what lies behind it
    for (let read = 0; read < MOST_READ_AT_ONCE; read++) {
      const message = this.receiver.receive(this.fd, false);
      if (message === null) break;
      const waiting = this.waiting.get(this.answerKey(message) ?? '');
      if (waiting === undefined) continue;
      if (waiting.hasAnswer) this.again.set(waiting.address, (this.again.get(waiting.address) ?? 0) + 1);
      waiting.hasAnswer = true;
      const rttMs = this.elapsed(waiting, message.controls);
      waiting.answer({ ...SILENCE, rttMs, from: addressIn(message.from) });
    }
    this.drainErrors();
  }

  /** Reads the queue of errors; returns how many there were. */
  private drainErrors(): number {
    for (let count = 0; ; count++) {
      const message = count < MOST_READ_AT_ONCE ? this.receiver.receive(this.fd, true) : null;
      if (message === null) return count;
      const error = errorIn(message.controls);
      if (error === null) continue;
      if (error.from === null && error.cause === 'too_big') this.localMtu = error.mtu;
      const waiting = this.waiting.get(this.errorKey(message) ?? '');
      if (waiting !== undefined) waiting.answer(this.replyTo(error, this.elapsed(waiting, message.controls)));
    }
  }

  /** From sending to when the kernel had it; it has lain here since, by the wall clock that the kernel stamps it with. */
  private elapsed({ sentAt }: Waiting, controls: readonly ControlMessage[]): number {
    const elapsed = this.readClocks() - sentAt;
    const stamp = controls.find(({ level, type }) => level === SOL_SOCKET && type === SO_TIMESTAMPNS)?.data;
    if (stamp === undefined || stamp.length < 16) return elapsed;
    const seconds = this.time.readBigInt64LE(0) - stamp.readBigInt64LE(0);
    const lain = Number(seconds) * 1e3 + Number(this.time.readBigInt64LE(8) - stamp.readBigInt64LE(8)) / 1e6;
    return lain >= 0 && lain < elapsed ? elapsed - lain : elapsed; // else the wall clock was set
  }

  /**
   * Reads both clocks at one instant: the wall clock into `time`, the monotonic one as the answer. This process may have to
   * wait for its turn between the two; it then reads them again.
   */
  private readClocks(): number {
    for (let tries = 1; ; tries++) {
      const before = this.clock.monotonic();
      this.c.clock_gettime(CLOCK_REALTIME, this.time);
      const after = this.clock.monotonic();
      if (after - before < AT_ONCE_MS || tries === MOST_TRIES) return after;
    }
  }
}
