import type { Socket } from 'node:net';
import packageJson from '../../../package.json' with { type: 'json' };
import { type HttpHead, HttpResponseReader } from '../../core/health/messages/http-response.ts';
import { MOST_ANSWER } from '../../core/insight/model/answer.ts';
import { isLoopback, type ModelEndpoint } from '../../core/insight/model/endpoint.ts';
import type { ModelFault, ModelReply } from '../../core/insight/model/model-commentary.ts';
import { plainText } from '../../core/insight/model/plain-text.ts';
import { hostText } from '../../core/net/endpoint-text.ts';
import type { Clock } from '../../core/system/clock.ts';
import { connectInTurn } from '../probe/connect-to.ts';
import { type Deadline, openDeadline } from '../probe/deadline.ts';
import { type Addresses, resolveHost } from '../probe/resolve-host.ts';
import { shakeHands } from '../probe/tls-handshake.ts';
import { prepareRoots } from '../probe/trusted-roots.ts';

/** Bytes of a response that are read. */
const MOST_BODY_BYTES = 1_048_576;
/** Characters of what the server says of an error, such as that memory is short, that are shown. */
const LONGEST_ERROR = 160;
/** How long it may take to find out whether anybody listens. */
const CONNECT_MS = 3000;

/** An Ollama server. Nothing is sent but what `ask` is given: no cookie, by no proxy, and to nobody it redirects to. */
export interface Ollama {
  /** Whether it listens: connects, and sends nothing. Null when it does. */
  readonly listens: (signal: AbortSignal) => Promise<ModelFault | null>;
  /** POST /api/chat with this body. */
  readonly ask: (body: string, signal: AbortSignal) => Promise<ModelReply>;
}

/** `model` is named in messages; `timeoutMs` is for all of a request. */
export function openOllama(endpoint: ModelEndpoint, model: string, timeoutMs: number, clock: Clock): Ollama {
  if (endpoint.secure) prepareRoots();
  let addresses: Addresses | null = null;

  /** The name is looked up once: in this run it means what it meant at first. */
  const connect = async (deadline: Deadline): Promise<Socket> => {
    addresses ??= await resolveHost({ host: endpoint.host }, deadline);
    const outside = addresses.all.find(({ addr }) => !isLoopback(addr));
    if (!endpoint.mayBeRemote && outside !== undefined)
      throw new Error(`${endpoint.host} is ${outside.addr}, which is not on this machine`);
    const { value } = await connectInTurn(addresses, endpoint.port, deadline);
    const { socket } = value;
    if (!endpoint.mayBeRemote && !isLoopback(socket.remoteAddress ?? '')) {
      socket.destroy();
      throw new Error(`${socket.remoteAddress} is not on this machine`);
    }
    return socket;
  };

  return {
    async listens(signal) {
      const deadline = openDeadline(clock, Math.min(timeoutMs, CONNECT_MS), signal);
      try {
        (await connect(deadline)).destroy();
        return null;
      } catch (error) {
        const kind = deadline.signal.aborted ? 'late' : 'absent';
        return signal.aborted ? INTERRUPTED : { kind, reason: (error as Error).message };
      } finally {
        deadline.close();
      }
    },
    async ask(body, signal) {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let isThere = false;
      const faultOf = (reason: string): ModelFault => {
        if (signal.aborted) return INTERRUPTED;
        if (deadline.signal.aborted) return { kind: 'late', reason };
        return { kind: isThere ? 'bad' : 'absent', reason };
      };
      try {
        let socket: Socket = await connect(deadline);
        isThere = true;
        if (endpoint.secure) {
          const handshake = await shakeHands(socket, endpoint.host, ['http/1.1'], deadline);
          socket = handshake.socket;
          if (handshake.fault !== null) {
            socket.destroy();
            return { fault: { kind: 'bad', reason: handshake.fault } };
          }
        }
        const response = await exchange(socket, requestTo(endpoint, body), deadline);
        if ('fault' in response) return signal.aborted ? { fault: INTERRUPTED } : response;
        return replyOf(response, model);
      } catch (error) {
        return { fault: faultOf((error as Error).message) };
      } finally {
        deadline.close();
      }
    },
  };
}

const INTERRUPTED: ModelFault = { kind: 'interrupted', reason: 'interrupted' };

function requestTo({ host, port, path, secure }: ModelEndpoint, body: string): Buffer {
  const [bare = ''] = host.split('%', 1);
  const name = hostText(bare);
  const content = Buffer.from(body, 'utf8');
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${port === (secure ? 443 : 80) ? name : `${name}:${port}`}`,
    `User-Agent: netwatch/${packageJson.version}`,
    'Content-Type: application/json',
    'Accept: application/json',
    `Content-Length: ${content.length}`,
    'Connection: close',
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), content]);
}

interface Response {
  readonly head: HttpHead;
  readonly body: Buffer;
}

/** Sends a request and reads the response to its end; then the socket is closed. Never rejects. */
function exchange(socket: Socket, request: Buffer, deadline: Deadline): Promise<Response | { fault: ModelFault }> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    let head: HttpHead | null = null;
    const end = (result: Response | { fault: ModelFault }): void => {
      deadline.signal.removeEventListener('abort', late);
      socket.destroy();
      resolve(result);
    };
    const bad = (reason: string): void => end({ fault: { kind: 'bad', reason } });
    const late = (): void => end({ fault: { kind: 'late', reason: deadline.why('answer') } });
    deadline.signal.addEventListener('abort', late, { once: true });
    if (deadline.signal.aborted) late();
    const reader = new HttpResponseReader({
      head(one) {
        head = one;
      },
      body(part) {
        bytes += part.length;
        if (bytes > MOST_BODY_BYTES) bad(`its answer has more than ${MOST_BODY_BYTES} bytes`);
        else parts.push(Buffer.from(part));
      },
      end: () => (head === null ? bad('it gave no answer') : end({ head, body: Buffer.concat(parts) })),
      fail: bad,
    });
    socket.on('data', (chunk: Buffer) => {
      if (bytes <= MOST_BODY_BYTES) reader.take(chunk);
    });
    socket.on('error', () => bad('it hung up'));
    socket.once('end', () => {
      if (!reader.close()) bad('it hung up before its answer was whole');
    });
    socket.once('close', () => bad('it hung up'));
    socket.write(request);
  });
}

/** What the server says, of its own form: `{"message":{"role":"assistant","content":"…"},"done":true}`. */
function replyOf({ head, body }: Response, model: string): ModelReply {
  const bad = (reason: string): ModelReply => ({ fault: { kind: 'bad', reason } });
  const said = parsed(body);
  if (head.status === 404 && typeof said?.error === 'string' && /not found|pull/i.test(said.error))
    return { fault: { kind: 'missing', reason: `it has no model ${model}` } };
  if (head.status >= 300 && head.status < 400) return bad(`it redirects (${head.status}), which is not followed`);
  const why = typeof said?.error === 'string' ? plainText(said.error, LONGEST_ERROR) : '';
  if (head.status !== 200) return bad(`it answered ${head.status}${why === '' ? '' : ` and said "${why}"`}`);
  if (said === null) return bad('its answer is no JSON');
  const { message } = said;
  const content =
    typeof message === 'object' && message !== null ? (message as Record<string, unknown>).content : undefined;
  if (typeof content !== 'string') return bad(why === '' ? 'its answer has no message' : `it said "${why}"`);
  if (content.length > MOST_ANSWER || Buffer.byteLength(content) > MOST_ANSWER)
    return bad(`its answer is longer than ${MOST_ANSWER} bytes`);
  return { content };
}

function parsed(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
