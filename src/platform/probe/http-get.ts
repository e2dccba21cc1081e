import type { Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import packageJson from '../../../package.json' with { type: 'json' };
import { type HttpHead, HttpResponseReader } from '../../core/health/messages/http-response.ts';
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { shorten } from './certificate-findings.ts';
import { connectInTurn } from './connect-to.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { resolveHost } from './resolve-host.ts';
import { shakeHands } from './tls-handshake.ts';
import { streamWords } from './tls-words.ts';
import { prepareRoots } from './trusted-roots.ts';

/** Reading more of a body than this would show nothing new. */
const MOST_BODY_BYTES = 10_000_000;
const MOST_LOCATION = 200;
const MOST_REASON = 60;
const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

type Found = { -readonly [K in keyof Findings]: Findings[K] };

/**
 * Sends a GET, each over a new connection, without proxy or cookies. A redirect is reported and not followed. The time
 * covers all phases, from the name to the end of the body. It is ok when the status is below 400 and the body came
 * completely, or as far as it is read; when the certificate is not trusted, nothing is sent.
 */
export function openHttpProber(target: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  const { kind, host, port } = target;
  if (kind === 'https') prepareRoots();
  const request = requestTo(target);
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const start = clock.monotonic();
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      const findings: Found = {};
      try {
        const addresses = await resolveHost(target, deadline);
        ({ addr } = addresses.all[0]);
        findings.dns_ms = addresses.millis;
        const { to, value, note } = await connectInTurn(addresses, port, deadline);
        ({ addr } = to);
        findings.connect_ms = value.millis;
        let { socket } = value;
        if (kind === 'https') {
          const handshake = await shakeHands(socket, host, ['http/1.1'], deadline);
          Object.assign(findings, handshake.findings);
          socket = handshake.socket;
          if (handshake.fault !== null) {
            socket.destroy();
            return reply({ ok: false, detail: handshake.fault + note, addr, findings });
          }
        }
        const answer = await get(socket, request, deadline, findings);
        const total = clock.monotonic() - start;
        findings.total_ms = total;
        return reply({ ...answer, detail: answer.detail + note, rttMs: answer.isWhole ? total : null, addr, findings });
      } catch (error) {
        return failedReply(error, { addr, findings });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

/** The bytes of the request. */
function requestTo({ kind, host, port, path }: Pick<Target, 'kind' | 'host' | 'port' | 'path'>): string {
  const [bare = ''] = host.split('%', 1); // RFC 6874, 3: a zone is not sent
  const name = bare.includes(':') ? `[${bare}]` : domainToASCII(bare);
  const { pathname, search } = new URL(`http://host${path.startsWith('/') ? path : `/${path}`}`);
  return [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${port === USUAL_PORTS[kind] ? name : `${name}:${port}`}`,
    `User-Agent: netwatch/${packageJson.version}`,
    'Accept: */*',
    'Connection: close',
    '\r\n',
  ].join('\r\n');
}

interface Answer {
  readonly ok: boolean;
  readonly detail: string;
  /** Whether the body ended, or was long enough. */
  readonly isWhole: boolean;
}

/** Asks and reads the answer; then the socket is closed. Findings are written down as they come. */
function get(socket: Socket, request: string, deadline: Deadline, found: Found): Promise<Answer> {
  const { clock } = deadline;
  return new Promise((resolve) => {
    const asked = clock.monotonic();
    let bytes = 0;
    let response: HttpHead | null = null;
    let isOver = false;
    const end = (fault: string | null): void => {
      if (isOver) return;
      isOver = true;
      deadline.signal.removeEventListener('abort', late);
      socket.destroy();
      if (response === null) {
        resolve({ ok: false, detail: fault ?? 'no answer', isWhole: false });
        return;
      }
      const seconds = (clock.monotonic() - asked) / 1000;
      found.body_bytes = bytes;
      found.body_rate = bytes > 0 && seconds > 0 ? Math.round(bytes / seconds) : null;
      const said = statusWords(response);
      const isGood = response.status < 400;
      resolve(
        fault === null
          ? { ok: isGood, detail: said, isWhole: true }
          : { ok: false, detail: `${said}; ${fault} (${bytes} bytes of the body came)`, isWhole: false },
      );
    };
    const late = (): void => end(response === null ? deadline.why('answer') : deadline.why('end of the body'));
    deadline.signal.addEventListener('abort', late, { once: true });
    if (deadline.signal.aborted) {
      late();
      return;
    }
    const reader = new HttpResponseReader({
      head(head) {
        response = head;
        found.http_status = head.status;
      },
      body(part) {
        bytes = Math.min(MOST_BODY_BYTES, bytes + part.length);
        if (bytes === MOST_BODY_BYTES) end(null);
      },
      end: () => end(null),
      fail: (why) => end(why),
    });
    socket.once('data', () => {
      found.first_byte_ms = clock.monotonic() - asked;
    });
    socket.on('data', (chunk: Buffer) => {
      if (!isOver) reader.take(chunk);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(errorWords(error)));
    const closed = (): void => {
      if (!isOver && !reader.close()) end('the server hung up');
    };
    socket.once('end', closed);
    socket.once('close', () => end('the server hung up')); // whatever else may end it
    socket.write(request);
  });
}

function statusWords({ status, reason, fields }: HttpHead): string {
  const said = `${status} ${shorten(reason, MOST_REASON)}`.trimEnd();
  const location = fields.get('location');
  return location !== undefined && status >= 300 && status < 400
    ? `${said}, to ${shorten(location, MOST_LOCATION)}`
    : said;
}

function errorWords(error: NodeJS.ErrnoException): string {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'the server hung up' : streamWords(error);
}
