import http from 'node:http';
import https from 'node:https';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { Message, Recipient, Reply } from '../../core/delivery/message.ts';
import { messageOf } from '../../core/failure.ts';
import { openDeadline } from '../probe/deadline.ts';
import { trustedPem } from '../probe/trusted-roots.ts';
import { openLogRecords } from './otlp-log-record.ts';
import type { SinkRequest } from './sink-request.ts';

const MOST_AT_ONCE = 512;
const ANSWER_MS = 10_000;
/** Bytes of an answer that are read: it holds a number and a sentence. */
const MOST_ANSWER_BYTES = 64 * 1024;
/** Characters of what the server says that are shown. */
const LONGEST_REASON = 200;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

/**
 * Posts records as logs of OTLP/HTTP in protobuf, after the specification but for one thing: what is answered with 500 or a refusal of
 * who we are is sent again too, because it may have been the server's fault or a key that had expired.
 */
export function openOtlp({ destination, credentials, certificate, clock, isRedacted }: SinkRequest): Recipient {
  const { secure, servers, path } = destination;
  const { host, port } = servers[0]!;
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 1 })
    : new http.Agent({ keepAlive: true, maxSockets: 1 });
  const recordOf = openLogRecords(clock, isRedacted !== true);
  const options = {
    ...{ host, port, agent, method: 'POST' },
    path: `${path === '' ? '' : `/${path.replace(/\/+$/, '')}`}/v1/logs`,
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

  const post = (body: Uint8Array, signal: AbortSignal): Promise<Answer> =>
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
          if (bytes > MOST_ANSWER_BYTES)
            request.destroy(new Error(`its answer has more than ${MOST_ANSWER_BYTES} bytes`));
          else parts.push(part);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            body: Buffer.concat(parts),
          }),
        );
      });
      request.end(body);
    });

  const send = async (messages: readonly Message[], signal: AbortSignal): Promise<Reply> => {
    const body = ProtobufLogsSerializer.serializeRequest(messages.map(recordOf));
    if (body === undefined)
      return { kind: 'taken', refused: messages.length, why: 'they cannot be written as protobuf' };
    const deadline = openDeadline(clock, ANSWER_MS, signal);
    let answer: Answer;
    try {
      answer = await post(body, deadline.signal);
    } catch (error) {
      return later(deadline.signal.aborted ? 'no answer in time' : messageOf(error).slice(0, LONGEST_REASON));
    } finally {
      deadline.close();
    }
    const { status } = answer;
    if (status >= 200 && status < 300) return takenBy(answer.body);
    if (status === 413 && messages.length > 1) return sendHalves(messages, signal);
    // that will not change when it is sent again
    if (status === 400 || status === 413)
      return { kind: 'taken', refused: messages.length, why: `it answers ${status}` };
    return { kind: 'later', reason: `it answers ${status}`, afterMs: waitOf(answer.retryAfter, clock.now()) };
  };

  /** For a server that takes less at once. */
  const sendHalves = async (messages: readonly Message[], signal: AbortSignal): Promise<Reply> => {
    const middle = Math.ceil(messages.length / 2);
    const first = await send(messages.slice(0, middle), signal);
    if (first.kind === 'later') return first;
    const second = await send(messages.slice(middle), signal);
    if (second.kind === 'later') return second;
    return { kind: 'taken', refused: first.refused + second.refused, why: first.why ?? second.why };
  };

  return { most: MOST_AT_ONCE, send, close: async () => agent.destroy() };
}

const later = (reason: string): Reply => ({ kind: 'later', reason, afterMs: null });

/** What a server that took them says: it may have rejected some. */
function takenBy(body: Buffer): Reply {
  let rejected = 0;
  let why: string | null = null;
  try {
    const { partialSuccess } = ProtobufLogsSerializer.deserializeResponse(body);
    rejected = Number(partialSuccess?.rejectedLogRecords ?? 0);
    why = partialSuccess?.errorMessage?.slice(0, LONGEST_REASON) || null;
  } catch {
    // a server that answers in another format took them all the same
  }
  return { kind: 'taken', refused: rejected > 0 ? rejected : 0, why };
}

/** Milliseconds out of a Retry-After: a number of seconds, or a date. */
function waitOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
