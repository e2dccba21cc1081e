import { randomInt } from 'node:crypto';
import type net from 'node:net';
import { answersQuery, type DnsAnswer, readDnsAnswer } from '../../core/health/messages/dns-answer.ts';
import { dnsQuery } from '../../core/health/messages/dns-query.ts';
import { type DnsQuestion, dnsQuestionOf } from '../../core/health/messages/dns-question.ts';
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { endpointText, hostText } from '../../core/net/endpoint-text.ts';
import { askDatagram } from './ask-datagram.ts';
import { askInTurn } from './ask-in-turn.ts';
import { connectTo } from './connect-to.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { askDnsStream } from './dns-stream.ts';
import { askDoh } from './doh-request.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { CannotAsk, type Resolved, resolveHost } from './resolve-host.ts';
import { openSystemResolution } from './system-resolution.ts';
import { shakeHands } from './tls-handshake.ts';
import { prepareRoots } from './trusted-roots.ts';

type Found = { -readonly [K in keyof Findings]: Findings[K] };

/** An answer, null for a message that is malformed, and how it came. */
interface Asked {
  readonly answer: DnsAnswer | null;
  /** Milliseconds from the question to the answer, on an open connection. */
  readonly rttMs: number;
  /** Empty for UDP. */
  readonly over: string;
}

/** A question in progress: which server is asked what, until when, and where the findings go. */
interface Asking {
  readonly target: Target;
  readonly to: Resolved;
  readonly question: DnsQuestion;
  readonly deadline: Deadline;
  readonly found: Found;
}

const MALFORMED = 'malformed';
const NO_EDNS: ReadonlySet<string> = new Set(['FORMERR', 'NOTIMP']);
/** RFC 7858, 3.1; RFC 8484, 5.2. */
const PROTOCOLS = { dot: ['dot'], doh: ['h2', 'http/1.1'] } as const;
const SHOWN_ANSWERS = 3;

/**
 * Asks a name server over UDP (and again over TCP when the answer is truncated), TCP, TLS or HTTPS; each query has its
 * own id and port. The time is from the question to the answer. `dns:///name` is resolved as the system does it. Throws
 * a Failure 64 for a target that asks nothing.
 */
export function openDnsProber(target: Target, options: Pick<ProberOptions, 'clock'>): Prober {
  const { clock } = options;
  const question = dnsQuestionOf(target);
  if (target.host === '') return openSystemResolution(target, question, options);
  if (target.kind !== 'dns') prepareRoots();
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const start = clock.monotonic();
      const deadline = openDeadline(clock, timeoutMs, signal);
      /** What is found at each address, in the order in which they are asked. */
      const found: Found[] = [];
      let addr: string | null = null;
      try {
        const addresses = await resolveHost(target, deadline);
        ({ addr } = addresses.all[0]);
        const { to, value, note } = await askInTurn(addresses, deadline, async (one, within) => {
          const findings: Found = { dns_ms: addresses.millis };
          found.push(findings);
          return { asked: await ask({ target, to: one, question, deadline: within, found: findings }), findings };
        });
        ({ addr } = to);
        const told = replyOf(question, value.asked, addr, { ...value.findings, total_ms: clock.monotonic() - start });
        return { ...told, detail: told.detail + note };
      } catch (error) {
        return failedReply(error, { addr, findings: found[0] ?? {} });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

/** Asks with EDNS, or without it if the server does not support it. */
async function ask(asking: Asking): Promise<Asked> {
  const first = await askOnce(asking, true);
  return first.answer !== null && NO_EDNS.has(first.answer.rcode) && !first.answer.edns
    ? askOnce(asking, false)
    : first;
}

async function askOnce(asking: Asking, edns: boolean): Promise<Asked> {
  const { target, to, question, deadline } = asking;
  const { kind, port } = target;
  const query = dnsQuery(question, kind === 'doh' ? 0 : randomInt(65_536), edns); // RFC 8484, 4.1
  const read = (message: Buffer): DnsAnswer | typeof MALFORMED | null =>
    answersQuery(message, query) ? (readDnsAnswer(message) ?? MALFORMED) : null;
  let whyTcp = '';
  if (kind === 'dns' && question.transport === 'udp') {
    const { value, sentAt, receivedAt } = await askDatagram(to, port, query, read, deadline);
    const answer = value === MALFORMED ? null : value;
    if (answer?.truncated !== true) return { answer, rttMs: receivedAt - sentAt, over: '' };
    whyTcp = ', since it was truncated over UDP';
  }
  try {
    const { socket, over } = await open(asking);
    const start = deadline.clock.monotonic();
    try {
      const value =
        kind === 'doh'
          ? read(await askDoh(socket, over === 'HTTP/2', authorityOf(target), question, query, deadline))
          : await askDnsStream(socket, query, read, deadline);
      if (value === null) throw new Error('the server answers something else than was asked');
      const answer = value === MALFORMED ? null : value;
      return { answer, rttMs: deadline.clock.monotonic() - start, over: `${over}${whyTcp}` };
    } finally {
      socket.destroy();
    }
  } catch (error) {
    if (whyTcp !== '' && !(error instanceof CannotAsk))
      throw new Error(`truncated over UDP, and over TCP: ${(error as Error).message}`);
    throw error;
  }
}

/** Opens the connection for the question; TLS only to a server whose certificate is trusted. */
async function open({
  target,
  to,
  deadline,
  found,
}: Asking): Promise<{ readonly socket: net.Socket; readonly over: string }> {
  const { socket, millis } = await connectTo(to, target.port, deadline);
  found.connect_ms = millis;
  if (target.kind !== 'dot' && target.kind !== 'doh') return { socket, over: 'TCP' };
  const handshake = await shakeHands(socket, target.host, PROTOCOLS[target.kind], deadline);
  Object.assign(found, handshake.findings);
  handshake.socket.on('error', () => {});
  if (handshake.fault !== null) {
    handshake.socket.destroy();
    throw new Error(handshake.fault);
  }
  const over = target.kind === 'dot' ? 'TLS' : handshake.findings.tls_alpn === 'h2' ? 'HTTP/2' : 'HTTP/1.1';
  return { socket: handshake.socket, over };
}

/**
 * Only NOERROR answers the question about a name; with another code the server works, but the name does not resolve.
 * The root is asked only to test the server: saying that there is no root also shows that the server works.
 */
function replyOf({ name }: DnsQuestion, { answer, rttMs, over }: Asked, addr: string, found: Findings): Reply {
  const by = over === '' ? '' : ` (${over})`;
  if (answer === null) return reply({ ok: false, detail: `a malformed answer${by}`, rttMs, addr, findings: found });
  const { rcode, authentic, answers } = answer;
  return reply({
    ok: rcode === 'NOERROR' || (rcode === 'NXDOMAIN' && name === ''),
    detail: `${rcode}${answersText(rcode, answers)}${by}`,
    rttMs,
    addr,
    findings: { ...found, rcode, authentic, answers },
  });
}

function answersText(rcode: string, answers: readonly string[]): string {
  if (answers.length === 0) return rcode === 'NOERROR' ? ', but no record of this type' : '';
  const more = answers.length - SHOWN_ANSWERS;
  return `: ${answers.slice(0, SHOWN_ANSWERS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function authorityOf({ host, port }: Target): string {
  const [bare = ''] = host.split('%', 1);
  return port === 443 ? hostText(bare) : endpointText(bare, port);
}
