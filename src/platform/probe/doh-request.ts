import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';
import type { Readable } from 'node:stream';
import type { DnsQuestion } from '../../core/health/messages/dns-question.ts';
import type { Deadline } from './deadline.ts';
import { streamWords } from './tls-words.ts';
import { waitFor } from './wait-for.ts';

const MEDIA_TYPE = 'application/dns-message';
const LONGEST = 65_535;
const MOST_TYPE = 80;

/**
 * Asks over an open connection (RFC 8484), with HTTP/2 if that was negotiated, otherwise with HTTP/1.1; resolves with
 * the body of the answer. Redirects are not followed. Rejects with the reason in words.
 */
export function askDoh(
  socket: net.Socket,
  isHttp2: boolean,
  authority: string,
  { method, path }: Pick<DnsQuestion, 'method' | 'path'>,
  query: Buffer,
  deadline: Deadline,
): Promise<Buffer> {
  const isGet = method === 'GET';
  const where = isGet ? `${path}?dns=${query.toString('base64url')}` : path;
  const headers = {
    accept: MEDIA_TYPE,
    'user-agent': 'netwatch',
    ...(isGet ? {} : { 'content-type': MEDIA_TYPE, 'content-length': String(query.length) }),
  };
  const body = isGet ? undefined : query;
  return waitFor(deadline, (done, fail) => {
    const failed = (error: Error): void => fail(httpFailure(error));
    const ended = (): void => fail(new Error('the server hung up without an answer'));
    const take = (status: number, type: string | undefined, from: Readable): void => {
      const media = type?.split(';', 1).join('').trim().toLowerCase();
      const but = media === undefined ? '' : ` but ${media.slice(0, MOST_TYPE)}`;
      from.on('error', failed);
      if (status !== 200) fail(new Error(`HTTP status ${status}`));
      else if (media !== MEDIA_TYPE) fail(new Error(`the answer is no ${MEDIA_TYPE}${but}`));
      else collect(from, done, fail);
    };
    if (isHttp2) {
      const session = http2.connect(`https://${authority}`, { createConnection: () => socket });
      session.on('error', failed).on('close', ended);
      const stream = session.request({ ':method': method, ':path': where, ...headers }, { endStream: isGet });
      stream.on('error', failed).on('close', ended);
      stream.once('response', (got) => take(Number(got[':status'] ?? 0), got['content-type'], stream));
      if (body !== undefined) stream.end(body);
      return { stop: () => session.destroy() };
    }
    const request = http.request({
      createConnection: () => socket,
      path: where,
      method,
      headers: { host: authority, ...headers },
    });
    request.on('error', failed).on('close', ended);
    request.once('response', (got) => take(got.statusCode ?? 0, got.headers['content-type'], got));
    request.end(body);
    return { stop: () => request.destroy() };
  });
}

/** Collects a body, which is no longer than a DNS message. */
function collect(from: Readable, done: (body: Buffer) => void, fail: (error: Error) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  from.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST) fail(new Error(`the answer is longer than ${LONGEST} bytes`));
    else chunks.push(chunk);
  });
  from.once('end', () => done(Buffer.concat(chunks)));
}

function httpFailure(error: Error & { readonly code?: string }): Error {
  const { code = '' } = error;
  if (code === 'ECONNRESET') return new Error('the server hung up without an answer');
  if (code.startsWith('HPE_')) return new Error('the answer is no HTTP');
  return new Error(code.startsWith('ERR_HTTP2_') ? 'the answer is no HTTP/2' : streamWords(error));
}
