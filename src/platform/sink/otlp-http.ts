import http from 'node:http';
import https from 'node:https';
import { LONGEST_REASON } from '../../core/delivery/message.ts';
import { messageOf } from '../../core/failure.ts';
import { openDeadline } from '../probe/deadline.ts';
import { trustedPem } from '../probe/trusted-roots.ts';
import type { SinkRequest } from './sink-request.ts';

const ANSWER_MS = 10_000;
/** Bytes of an answer that are read: it holds a number and a sentence. */
const MOST_ANSWER_BYTES = 64 * 1024;

/** What a server answers; its status is null, and its words the reason, when no answer came. */
export interface OtlpAnswer {
  readonly status: number | null;
  readonly reason: string;
  readonly body: Buffer;
  /** How long it would like to be left alone. */
  readonly afterMs: number | null;
}

export interface OtlpHttp {
  /** Posts protobuf and resolves to the answer. Never rejects. */
  post(body: Uint8Array, signal: AbortSignal): Promise<OtlpAnswer>;
  close(): void;
}

/** Posts to one path of an OTLP/HTTP server, by one connection at a time; `kind` is `v1/logs` or `v1/metrics`. */
export function openOtlpHttp({ destination, credentials, certificate, clock }: SinkRequest, kind: string): OtlpHttp {
  const { secure, servers } = destination;
  const { host, port } = servers[0]!;
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 1 })
    : new http.Agent({ keepAlive: true, maxSockets: 1 });
  const folder = destination.path.replace(/\/+$/, '');
  const path = `${folder === '' ? '' : `/${folder}`}/${kind}`;
  const options = {
    ...{ host, port, agent, path, method: 'POST' },
    ...(secure ? { ca: trustedPem(), ...certificate } : {}),
  };
  const headers = { 'content-type': 'application/x-protobuf', ...who() };

  function who(): Readonly<Record<string, string>> {
    if (credentials?.kind === 'headers') return credentials.headers;
    if (credentials?.kind === 'token') return { authorization: `Bearer ${credentials.token}` };
    if (credentials?.kind !== 'password') return {};
    const pair = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
    return { authorization: `Basic ${pair}` };
  }

  const ask = (body: Uint8Array, signal: AbortSignal): Promise<OtlpAnswer> =>
    new Promise((resolve, reject) => {
      const request = (secure ? https : http).request({
        ...{ ...options, signal },
        headers: { ...headers, 'content-length': body.length },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes <= MOST_ANSWER_BYTES) return void parts.push(part);
          reject(new Error(`its answer has more than ${MOST_ANSWER_BYTES} bytes`));
          request.destroy();
        });
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const reason = status === 404 ? `it answers 404 to ${path}` : `it answers ${status}`;
          const afterMs = waitOf(response.headers['retry-after'], clock.now());
          resolve({ status, reason, body: Buffer.concat(parts), afterMs });
        });
      });
      request.end(body);
    });

  return {
    async post(body, signal) {
      const deadline = openDeadline(clock, ANSWER_MS, signal);
      try {
        return await ask(body, deadline.signal);
      } catch (error) {
        const reason = deadline.signal.aborted ? 'no answer in time' : messageOf(error).slice(0, LONGEST_REASON);
        return { status: null, reason, body: Buffer.alloc(0), afterMs: null };
      } finally {
        deadline.close();
      }
    },
    close: () => agent.destroy(),
  };
}

export const isTaken = ({ status }: OtlpAnswer): boolean => status !== null && status >= 200 && status < 300;

/** Milliseconds out of a Retry-After: a number of seconds, or a date. */
function waitOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
