import http from 'node:http';
import type { Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { shorten } from './certificate-findings.ts';
import { CannotAsk, connectTo, wordsOf } from './connect-to.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { type ProberOptions, reply } from './prober-options.ts';
import { resolveWithin } from './resolve-host.ts';
import { shakeHands } from './tls-handshake.ts';
import { prepareRoots } from './trusted-roots.ts';

/** Reading more of a body than this would show nothing new. */
const MOST_BODY_BYTES = 10_000_000;
const MOST_HEADER_BYTES = 65_536;
const MOST_LOCATION = 200;
const MOST_REASON = 60;
const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

type Found = { -readonly [K in keyof Findings]: Findings[K] };

/**
 * Sends a GET, each over a new connection, without proxy or cookies. A redirect is reported and not followed. The time
 * covers all phases, from the name to the end of the body. It is ok when the status is below 400 and the body came
 * completely, or as far as it is read; when the certificate is not trusted, nothing is sent.
 */
export function openHttpProber({ kind, host, port, path }: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  if (kind === 'https') prepareRoots();
  const request = requestTo({ kind, host, port, path });
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const start = clock.monotonic();
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      const findings: Found = {};
      try {
        const resolved = await resolveWithin(deadline, host);
        addr = resolved.addr;
        findings.dns_ms = resolved.millis;
        const connecting = clock.monotonic();
        let socket = await connectTo(resolved, port, deadline);
        findings.connect_ms = clock.monotonic() - connecting;
        if (kind === 'https') {
          const handshake = await shakeHands(socket, host, ['http/1.1'], deadline);
          Object.assign(findings, handshake.findings);
          socket = handshake.socket;
          if (handshake.fault !== null) {
            socket.destroy();
            return reply({ ok: false, detail: handshake.fault, addr, findings });
          }
        }
        const answer = await get(socket, request, deadline, findings);
        const total = clock.monotonic() - start;
        findings.total_ms = total;
        return reply({ ...answer, rttMs: answer.isWhole ? total : null, addr, findings });
      } catch (error) {
        return reply({
          ok: error instanceof CannotAsk ? null : false,
          detail: (error as Error).message,
          addr,
          findings,
        });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

function requestTo({ kind, host, port, path }: Pick<Target, 'kind' | 'host' | 'port' | 'path'>): http.RequestOptions {
  const [bare = ''] = host.split('%', 1); // RFC 6874, 3: a zone is not sent
  const name = bare.includes(':') ? `[${bare}]` : domainToASCII(bare);
  const { pathname, search } = new URL(`http://host${path.startsWith('/') ? path : `/${path}`}`);
  return {
    method: 'GET',
    path: pathname + search,
    maxHeaderSize: MOST_HEADER_BYTES,
    headers: {
      Host: port === USUAL_PORTS[kind] ? name : `${name}:${port}`,
      'User-Agent': `netwatch/${packageJson.version}`,
      Accept: '*/*',
    },
  };
}

interface Answer {
  readonly ok: boolean;
  readonly detail: string;
  /** Whether the body ended, or was long enough. */
  readonly isWhole: boolean;
}

/** Asks and reads the answer; then the socket is closed. Findings are written down as they come. */
function get(socket: Socket, options: http.RequestOptions, deadline: Deadline, found: Found): Promise<Answer> {
  const { clock } = deadline;
  return new Promise((resolve) => {
    let asked = clock.monotonic();
    let bytes = 0;
    let response: http.IncomingMessage | null = null;
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
      const isGood = (response.statusCode ?? 0) < 400;
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
    const request = http.request({ ...options, createConnection: () => socket });
    request.once('socket', () => {
      asked = clock.monotonic();
      socket.once('data', () => {
        found.first_byte_ms = clock.monotonic() - asked;
      });
    });
    const begin = (answer: http.IncomingMessage): void => {
      response = answer;
      found.http_status = answer.statusCode ?? null;
    };
    request.once('response', (answer) => {
      begin(answer);
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes < MOST_BODY_BYTES) return;
        bytes = MOST_BODY_BYTES;
        end(null);
      });
      answer.once('end', () => end(null));
      answer.once('error', () => end('the server hung up'));
    });
    request.once('upgrade', (answer) => {
      begin(answer);
      end(null);
    });
    request.on('error', (error: NodeJS.ErrnoException) => end(errorWords(error)));
    request.once('close', () => end('the server hung up')); // whatever else may end it
    request.end();
  });
}

function statusWords({ statusCode, statusMessage, headers }: http.IncomingMessage): string {
  const status = `${statusCode} ${shorten(statusMessage ?? '', MOST_REASON)}`.trimEnd();
  const { location } = headers;
  const isRedirect = statusCode !== undefined && statusCode >= 300 && statusCode < 400 && location !== undefined;
  return isRedirect ? `${status}, to ${shorten(location, MOST_LOCATION)}` : status;
}

function errorWords(error: NodeJS.ErrnoException): string {
  const { code = '' } = error;
  if (code === 'HPE_HEADER_OVERFLOW') return `the header has more than ${MOST_HEADER_BYTES} bytes`;
  if (code.startsWith('HPE_')) return 'the answer is no HTTP';
  return code === 'ECONNRESET' ? 'the server hung up' : wordsOf(error);
}
