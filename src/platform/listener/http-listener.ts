import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { endpointText } from '../../core/net/endpoint-text.ts';
import { limitClients } from './client-places.ts';
import { listenFailure } from './listen-failure.ts';
import { type Asked, refusalOf } from './request-gate.ts';

/** What is answered. The same object again is compressed only once. */
export interface Answer {
  readonly status: 200 | 503;
  readonly type: string;
  readonly text: string;
  /** Value of Content-Security-Policy. */
  readonly policy: string;
}

/** Answers by path; `accept` is what the client would like to have. Rejecting is a bug. */
export type Answers = Readonly<Record<string, (accept: string) => Promise<Answer>>>;

export interface HttpListener {
  readonly address: string;
  readonly port: number;
  /** Lets go of the port and of every client at once. */
  close(): void;
}

/** Nobody needs more than a few lines, a few clients and a few seconds. */
const MOST_HEADER_BYTES = 8 * 1024;
const MOST_CONNECTIONS = 64;
const REQUEST_MS = 5000;
const IDLE_MS = 10_000;
/** How often clients that are too slow are looked for. */
const CHECK_MS = 1000;
/** What is shorter is not worth the time. */
const LEAST_GZIP = 1024;
const NOTHING_MORE = "default-src 'none'; frame-ancestors 'none'";

/** Listens on an address. Rejects with a Failure 69 or 77. `fault` is told of what `answers` threw. */
export async function listenHttp(
  { host, port }: { readonly host: string; readonly port: number },
  names: readonly string[],
  answers: Answers,
  fault: (error: unknown) => void,
): Promise<HttpListener> {
  const packed = new WeakMap<Answer, Promise<Buffer>>();
  const server = http.createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  limitClients(server, MOST_CONNECTIONS);
  server.timeout = IDLE_MS;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = refusalOf(askedOf(request), request.socket.localAddress ?? '', names);
    if (refusal !== null) {
      if (refusal.status === 405) response.setHeader('Allow', 'GET, HEAD');
      return refuse(request, response, refusal.status, refusal.why);
    }
    const [path = ''] = (request.url ?? '').split('?', 1);
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (answer === undefined) return refuse(request, response, 404, 'there is / and /metrics');
    const found = await answer(request.headers.accept ?? '');
    const bytes = takesGzip(request) && found.text.length >= LEAST_GZIP ? await packedOf(found) : null;
    if (bytes !== null) response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    send(request, response, found.status, { type: found.type, policy: found.policy, body: bytes ?? found.text });
  };
  const packedOf = (answer: Answer): Promise<Buffer> => {
    const known = packed.get(answer);
    if (known !== undefined) return known;
    const made = promisify(gzip)(answer.text);
    packed.set(answer, made);
    return made;
  };
  const answerTo = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => {
      fault(error);
      if (!response.headersSent) refuse(request, response, 500, 'a bug in netwatch');
    });
  };
  server.on('request', answerTo);
  // a body that is announced is not waited for
  server.on('checkContinue', answerTo);

  await new Promise<void>((resolve, reject) => {
    const at = endpointText(host, port);
    server.once('error', (error) => reject(listenFailure(error, at, port)));
    server.listen({ host, port }, resolve);
  });
  server.on('error', fault);
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    address,
    port: taken,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function askedOf({ method = '', rawHeaders, headers }: IncomingMessage): Asked {
  return {
    method,
    hosts: rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === 'host'),
    hasBody: headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0,
    fetchSite: one(headers['sec-fetch-site']),
    fetchMode: one(headers['sec-fetch-mode']),
  };
}

const one = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.join(',') : value;

function takesGzip({ headers }: IncomingMessage): boolean {
  return String(headers['accept-encoding'] ?? '')
    .split(',')
    .some((word) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(word));
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, why: string): void {
  response.setHeader('Connection', 'close');
  send(request, response, status, { type: 'text/plain; charset=utf-8', policy: NOTHING_MORE, body: `${why}\n` });
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  { type, policy, body }: { readonly type: string; readonly policy: string; readonly body: string | Buffer },
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(method === 'HEAD' ? undefined : body);
}
