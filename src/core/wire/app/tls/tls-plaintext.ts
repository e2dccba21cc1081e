import type { Direction } from '../../direction.ts';
import { dissectByContent } from '../../dissect-by-content.ts';
import type { Flow } from '../../flow.ts';
import type { Packet } from '../../packet.ts';
import { type Dissection, type Protocol, protocol } from '../../protocol.ts';
import { TcpConnection } from '../../tcp-connection.ts';
import { desegment, endsMessage, type StreamReading } from '../../tcp-desegmentation.ts';
import { TcpDirection } from '../../tcp-direction.ts';
import { FIN } from '../../tcp-flags.ts';
import { InnerStream } from '../inner-stream.ts';

/** The pseudo layer tshark shows where a message was put together from several records. */
export const tlsSegments = protocol({
  name: 'tls.segments',
  title: 'TLS',
  about: 'Reassembled TLS segments',
});

const NOTHING = new Uint8Array(0);

/** What ports of TLS carry inside; others carry what their number says without TLS. */
const INSIDE: ReadonlyMap<number, string> = new Map([
  [443, 'http'],
  [8443, 'http'],
  [465, 'smtp'],
  [636, 'ldap'],
  [3269, 'ldap'],
  [853, 'dns'],
  [989, 'ftp-data'],
  [990, 'ftp'],
  [992, 'telnet'],
  [993, 'imap'],
  [995, 'pop'],
  [5061, 'sip'],
  [6697, 'irc'],
  [8883, 'mqtt'],
]);
/** Protocols of ALPN (RFC 7301) whose name is not that of the protocol here. */
const ALPN: ReadonlyMap<string, string> = new Map([
  ['h2', 'http2'],
  ['http/1.1', 'http'],
  ['http/1.0', 'http'],
  ['dot', 'dns'],
  ['imap', 'imap'],
  ['pop3', 'pop'],
  ['ftp', 'ftp'],
  ['mqtt', 'mqtt'],
  ['sip/2', 'sip'],
]);

/** Their ports carry TLS in one form or another, but inside of it nothing of the same. */
const NOT_INSIDE: ReadonlySet<string> = new Set(['tls', 'openvpn']);

/** The decrypted bytes of both sides of a session, which the application reads as it reads those of TCP. */
export class PlaintextStreams {
  /** What the server chose; null without ALPN. */
  alpn: string | null = null;
  private readonly inner = new InnerStream();
  private readonly connection = new TcpConnection();
  /** How many bytes each side has sent. */
  private readonly sent: [number, number] = [0, 0];

  constructor() {
    this.connection.a = directionFromZero();
    this.connection.b = directionFromZero();
  }

  /** Hands on the next bytes of the packet's side. The packet stands where it stood when this returns. */
  add(packet: Packet, dissection: Dissection, plaintext: Uint8Array): void {
    if (plaintext.length === 0) return;
    dissection.plaintext?.opened(packet, plaintext);
    this.read(packet, dissection, plaintext, 0);
  }

  /** The packet's side sends nothing more (RFC 8446, 6.1): ends a message that goes on until the connection does. */
  end(packet: Packet, dissection: Dissection): void {
    const { a, b } = this.connection;
    if (endsMessage(packet.direction === 0 ? a : b)) this.read(packet, dissection, NOTHING, FIN);
  }

  private read(packet: Packet, dissection: Dissection, plaintext: Uint8Array, flags: number): void {
    const flow = packet.flow!;
    const { application, applicationState } = flow;
    const { bytes, offset, end, reportedEnd, endSeq, canWait, elided, tcpFlags, tcpAck } = packet;
    const { direction, inner, sent } = this.begin(packet, flow, plaintext, flags);
    inner.enter(flow);
    try {
      desegment(packet, flow, this.connection, dissection, sent[direction] - plaintext.length, false, this.reading);
    } finally {
      inner.leave(flow, application, applicationState);
      packet.bytes = bytes;
      packet.offset = offset;
      packet.end = end;
      packet.reportedEnd = reportedEnd;
      packet.endSeq = endSeq;
      packet.canWait = canWait;
      packet.elided = elided;
      packet.tcpFlags = tcpFlags;
      packet.tcpAck = tcpAck;
      packet.needed = packet.discardFrom = packet.discardTo = 0;
    }
  }

  private begin(packet: Packet, flow: Flow, plaintext: Uint8Array, flags: number) {
    const { inner, sent } = this;
    const direction: Direction = packet.direction;
    this.connection.serverPort = flow.tcp?.serverPort ?? 0;
    sent[direction] = (sent[direction] + plaintext.length) | 0;
    packet.bytes = plaintext;
    packet.offset = 0;
    packet.end = packet.reportedEnd = plaintext.length;
    packet.elided = 0;
    packet.tcpFlags = flags;
    packet.tcpAck = sent[direction === 0 ? 1 : 0];
    return { direction, inner, sent };
  }

  private readonly reading: StreamReading = {
    segments: tlsSegments.id,
    dissect: (packet, flow, _connection, dissection) => this.dissect(packet, flow, dissection),
  };

  /** By what is known, ALPN, how the bytes begin, the ports and the content; nothing there is TLS again. */
  private dissect(packet: Packet, flow: Flow, dissection: Dissection): void {
    packet.needed = packet.discardFrom = packet.discardTo = 0;
    const { byName, segmentsByBeginning } = dissection.registry;
    const known = dissection.carriedBy(flow);
    if (takes(known, packet, dissection)) return;
    if (flow.application === null) {
      const isStart = this.sent[packet.direction] === packet.end - packet.offset;
      const begun = segmentsByBeginning.find((one) => one.name !== 'tls' && one.segmentBegins!(packet, isStart));
      if (begun !== undefined && begun.precedesStream !== true && takes(begun, packet, dissection)) {
        if (begun.keepsStream === true) flow.application = begun;
        return;
      }
    }
    const chosen = this.alpn === null ? undefined : byName.get(ALPN.get(this.alpn) ?? '');
    if (takes(chosen, packet, dissection)) return;
    const { srcPort, dstPort } = packet;
    const low = srcPort < dstPort ? srcPort : dstPort;
    const server = insideOf(this.connection.serverPort, dissection);
    if (takes(server, packet, dissection)) return;
    if (takes(insideOf(low, dissection), packet, dissection)) return;
    if (takes(insideOf(srcPort < dstPort ? dstPort : srcPort, dissection), packet, dissection)) return;
    if (dissectByContent(packet, flow, dissection, 'tls') === undefined) packet.needed = 0;
  }
}

function takes(candidate: Protocol | undefined, packet: Packet, dissection: Dissection): boolean {
  return candidate?.segment?.(packet, dissection) === true;
}

function insideOf(port: number, { registry }: Dissection): Protocol | undefined {
  const name = INSIDE.get(port);
  if (name !== undefined) return registry.byName.get(name);
  const plain = registry.tcpPorts.of(port);
  return plain === undefined || NOT_INSIDE.has(plain.name) ? undefined : plain;
}

/** Its first byte has the number 0. */
function directionFromZero(): TcpDirection {
  const direction = new TcpDirection();
  direction.baseSeq = -1;
  direction.hasBase = true;
  return direction;
}
