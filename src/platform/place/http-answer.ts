import http from 'node:http';
import type net from 'node:net';
import packageJson from '../../../package.json' with { type: 'json' };
import { isGlobalAddress } from '../../core/net/special-purpose.ts';
import { connectInTurn } from '../probe/connect-to.ts';
import type { Deadline } from '../probe/deadline.ts';
import { type Addresses, resolveHost } from '../probe/resolve-host.ts';
import { shakeHands } from '../probe/tls-handshake.ts';
import { streamWords } from '../probe/tls-words.ts';
import { waitFor } from '../probe/wait-for.ts';
import { hostOf, NotPermitted } from './permitted-url.ts';

/** Answers of registries have 3 to 60 kB; IANA's lists fewer than 30. */
const MOST_BODY_BYTES = 1024 * 1024;

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The body of a success; empty for other answers, whose bodies are not read. */
  readonly body: string;
}

/**
 * Sends one GET over a connection of its own, without proxy, cookies or compression, and reads the answer within the time. A name is
 * resolved first, and the connection goes to an address that was checked: nothing but a public one, unless `isTyped` says that the user
 * named the server. Redirects are not followed. Rejects with the reason in words.
 */
export async function askOverHttp(url: URL, accept: string, isTyped: boolean, deadline: Deadline): Promise<HttpAnswer> {
  const host = hostOf(url);
  const isSecure = url.protocol === 'https:';
  const addresses = permitted(await resolveHost({ host }, deadline), host, isTyped);
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const { value } = await connectInTurn(addresses, port, deadline);
  let socket: net.Socket = value.socket;
  try {
    if (isSecure) {
      const handshake = await shakeHands(socket, host, ['http/1.1'], deadline);
      socket = handshake.socket;
      if (handshake.fault !== null) throw new Error(handshake.fault);
    }
    return await exchange(socket, url, accept, deadline);
  } finally {
    socket.destroy();
    value.socket.destroy();
  }
}

function permitted(found: Addresses, host: string, isTyped: boolean): Addresses {
  if (isTyped) return found;
  const [first, ...more] = found.all.filter(({ addr }) => isGlobalAddress(addr));
  if (first === undefined) {
    const { addr } = found.all[0];
    throw new NotPermitted(
      host === addr ? `${addr}, which is no public address` : `${host} at ${addr}, which is no public address`,
    );
  }
  return { ...found, all: [first, ...more] };
}

function exchange(socket: net.Socket, url: URL, accept: string, deadline: Deadline): Promise<HttpAnswer> {
  return waitFor(deadline, (done, fail) => {
    const request = http.request({
      createConnection: () => socket,
      host: hostOf(url),
      path: `${url.pathname}${url.search}`,
      setHost: false,
      headers: { host: url.host, accept, 'user-agent': `netwatch/${packageJson.version}`, connection: 'close' },
    });
    const failed = (error: Error): void => fail(new Error(faultWords(error)));
    request.on('error', failed);
    request.on('close', () => fail(new Error('the server hung up without an answer')));
    request.once('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      response.on('error', failed);
      response.on('aborted', () => fail(new Error('the answer is cut short')));
      if (status !== 200) {
        done({ status, headers, body: '' });
        return;
      }
      if (Number(headers['content-length'] ?? 0) > MOST_BODY_BYTES) {
        fail(tooLong());
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MOST_BODY_BYTES) fail(tooLong());
        else chunks.push(chunk);
      });
      response.once('end', () => {
        if (response.complete) done({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.end();
    return { stop: () => request.destroy() };
  });
}

const tooLong = (): Error => new Error(`the answer is longer than ${MOST_BODY_BYTES} bytes`);

function faultWords(error: Error & { readonly code?: string }): string {
  const { code = '' } = error;
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'the server hung up without an answer';
  return code.startsWith('HPE_') ? 'the answer is no HTTP' : streamWords(error);
}
