import { Failure } from '../../core/failure.ts';
import type { SocketState } from '../../core/record/tables/conn.ts';
import type { Host } from '../../core/system/host.ts';
import { wholeNumber } from './columns.ts';
import { type Endpoints, parseEndpoint } from './endpoint.ts';
import { TCP_STATES } from './tcp-state.ts';

/** -n -P: numbers, no names; -w: no warnings; -T: socket options, queues, state; -F: fields, each ended by a NUL. */
const ARGUMENTS = ['-nPw', '-i', '-Tfqs', '-FpcuLftdPnT0'];

/** A process as lsof names it. */
export interface LsofProcess {
  readonly pid: number;
  /** Name of the executable, 31 bytes at most. */
  readonly command: string;
  readonly uid: number | null;
  readonly user: string | null;
}

/** A socket that a process holds open. One that several processes hold comes once for each. */
export interface LsofSocket extends Endpoints {
  readonly process: LsofProcess;
  /** File descriptor. */
  readonly fd: string;
  /** Hash of the address of the kernel's control block, alike for every process that holds the socket; null if hidden. */
  readonly device: string | null;
  readonly state: SocketState;
  /** Bytes not yet read; for LISTEN, connections waiting to be accepted. */
  readonly rxQueue: number | null;
  /** Bytes not yet acknowledged; for LISTEN, how many may wait. */
  readonly txQueue: number | null;
  readonly mss: number | null;
}

/** Every internet socket of the processes that this user may look into. Throws Failure 69 without lsof. */
export async function readLsof(host: Host): Promise<LsofSocket[]> {
  try {
    return parseLsof(await host.run('lsof', ARGUMENTS));
  } catch (error) {
    if (foundNothing(error)) return [];
    throw error;
  }
}

/** lsof ends with status 1 and says nothing when there is no socket to list. */
function foundNothing(error: unknown): boolean {
  if (!(error instanceof Failure) || typeof error.cause !== 'object' || error.cause === null) return false;
  const { exitCode, stdout, stderr } = error.cause as Record<string, unknown>;
  return exitCode === 1 && stdout === '' && stderr === '';
}

/** What lsof says of one descriptor, while it is read. */
interface Fields {
  readonly fd: string;
  type: string;
  device: string;
  protocol: string;
  name: string;
  state: string;
  received: string;
  sent: string;
  options: string;
  flags: string;
}

/**
 * lsof's field output (lsof(8), OUTPUT FOR OTHER PROGRAMS): a letter and a value for each field, a NUL after each field, a
 * newline after each process and each descriptor. A descriptor that is not one of an internet socket, or that does not
 * read as lsof writes it, is left out.
 */
export function parseLsof(text: string): LsofSocket[] {
  const sockets: LsofSocket[] = [];
  let process: { -readonly [K in keyof LsofProcess]: LsofProcess[K] } | null = null;
  let fields: Fields | null = null;
  let at = 0;
  for (;;) {
    if (text[at] === '\n') {
      const socket: LsofSocket | null = process === null || fields === null ? null : parseSocket(process, fields);
      if (socket !== null) sockets.push(socket);
      fields = null;
      at++;
      continue;
    }
    const end = text.indexOf('\0', at);
    if (end < 0) return sockets;
    const letter = text[at];
    const value = text.slice(at + 1, end);
    at = end + 1;
    if (letter === 'p') {
      const pid = wholeNumber(value);
      process = pid === null ? null : { pid, command: '', uid: null, user: null };
    } else if (letter === 'f') {
      fields = blankFields(value);
    } else if (fields !== null) {
      if (letter === 't') fields.type = value;
      else if (letter === 'd') fields.device = value;
      else if (letter === 'P') fields.protocol = value;
      else if (letter === 'n') fields.name = value;
      else if (letter === 'T') readTcpField(fields, value);
    } else if (process !== null) {
      if (letter === 'c') process.command = decodeEscapes(value);
      else if (letter === 'u') process.uid = wholeNumber(value);
      else if (letter === 'L') process.user = value;
    }
  }
}

function blankFields(fd: string): Fields {
  return {
    fd,
    type: '',
    device: '',
    protocol: '',
    name: '',
    state: '',
    received: '',
    sent: '',
    options: '',
    flags: '',
  };
}

function readTcpField(fields: Fields, value: string): void {
  const text = value.slice(3);
  if (value.startsWith('ST=')) fields.state = text;
  else if (value.startsWith('QR=')) fields.received = text;
  else if (value.startsWith('QS=')) fields.sent = text;
  else if (value.startsWith('SO=')) fields.options = text;
  else if (value.startsWith('TF=')) fields.flags = text;
}

const PROTOCOLS: ReadonlyMap<string, Endpoints['proto']> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['ICMP', 'icmp'],
  ['ICMPV6', 'icmp'],
]);

function parseSocket(process: LsofProcess, fields: Fields): LsofSocket | null {
  const proto = PROTOCOLS.get(fields.protocol);
  if (proto === undefined) return null;
  const family = fields.type === 'IPv6' ? 'ipv6' : 'ipv4';
  const arrow = fields.name.indexOf('->');
  const local = parseEndpoint(arrow < 0 ? fields.name : fields.name.slice(0, arrow), ':', family);
  const remote = arrow < 0 ? null : parseEndpoint(fields.name.slice(arrow + 2), ':', family);
  const unconnected = remote === null ? 'UNCONN' : 'ESTABLISHED';
  const state = proto === 'tcp' ? TCP_STATES.get(fields.state) : unconnected;
  if (local === null || state === undefined || (arrow >= 0 && remote === null)) return null;
  const listens = state === 'LISTEN';
  return {
    process,
    fd: fields.fd,
    device: /^0x0*[1-9a-f]/.test(fields.device) ? fields.device : null,
    proto,
    local,
    remote,
    state,
    rxQueue: wholeNumber(listens ? optionOf(fields.options, /\bQLEN=([0-9]+)/) : fields.received),
    txQueue: wholeNumber(listens ? optionOf(fields.options, /\bQLIM=([0-9]+)/) : fields.sent),
    mss: listens ? null : wholeNumber(optionOf(fields.flags, /\bMSS=([0-9]+)/)),
  };
}

function optionOf(options: string, pattern: RegExp): string | undefined {
  return pattern.exec(options)?.[1];
}

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['\\b', '\b'],
  ['\\f', '\f'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
  ['\\\\', '\\'],
]);

/**
 * Undoes lsof's escapes (safepup in its misc.c). The other control characters come as `^X`, which cannot be told from
 * a caret and a letter, and stay so.
 */
function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/(?:\\x[0-9a-f]{2})+|\\[bfnrt\\]/g, (escaped) => {
    const hex = escaped.startsWith('\\x') ? escaped.replaceAll('\\x', '') : null;
    return hex === null ? CONTROLS.get(escaped)! : Buffer.from(hex, 'hex').toString('utf8');
  });
}
