import { execFileSync, spawnSync } from 'node:child_process';

/** A socket as ss(8) of iproute2 shows it; what it leaves out is null, or 0 for the counters that it leaves out at 0. */
export interface SsSocket {
  readonly proto: 'tcp' | 'udp' | 'raw';
  /** Spelled as ss does: ESTAB, FIN-WAIT-2. */
  readonly state: string;
  readonly local: Endpoint;
  /** Null without a peer. */
  readonly remote: Endpoint | null;
  readonly rxQueue: number;
  readonly txQueue: number;
  readonly uid: number;
  readonly inode: number;
  /** The socket cookie. */
  readonly cookie: number;
  /** Processes by the thread name that the kernel keeps. */
  readonly processes: readonly { readonly comm: string; readonly pid: number }[];
  /** Numbers by their name: `cwnd`, `bytes_acked`; of a pair such as `rtt:0.02/0.01` both. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly congestion: string | null;
  /** The nine values of `skmem`: r, rb, t, tb, f, w, o, bl, d. */
  readonly memory: Readonly<Record<string, number>>;
}

export interface Endpoint {
  /** An IPv4-mapped address as IPv4; `*` as ::. */
  readonly addr: string;
  /** Null for `*`. */
  readonly port: number | null;
}

export const hasSs = spawnSync('ss', ['-V']).status === 0;

/** Every socket that ss lists in the namespace, or in our own. */
export function readSs(netns: string | null): SsSocket[] {
  const inside = netns === null ? [] : ['ip', 'netns', 'exec', netns];
  return (['tcp', 'udp', 'raw'] as const).flatMap((proto) => {
    const [file, ...args] = [...inside, 'ss', '-HOnaeimp', `--${proto}`];
    const text = execFileSync(file!, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // a process name that holds a newline makes two lines of one
    return text.split('\n').flatMap((line) => (/^[A-Z]/.test(line) ? [parseSsLine(proto, line)] : []));
  });
}

const WORDS_THAT_ARE_NO_ALGORITHM =
  /^(ts|sack|ecn|ecnseen|fastopen|app_limited|send|pacing_rate|delivery_rate|[-<>]+|.*bps)$/;

function parseSsLine(proto: SsSocket['proto'], line: string): SsSocket {
  const [users = ''] = /users:\(\(.*\)\)/.exec(line) ?? [];
  const [state, rxQueue, txQueue, local, remote, ...words] = line.replace(users, '').trim().split(/\s+/);
  const numbers: Record<string, number[]> = {};
  for (const word of words) {
    const match = /^(\w+):([0-9./]+)$/.exec(word);
    if (match !== null) numbers[match[1]!] = match[2]!.split('/').map(Number);
  }
  const peer = parseEndpoint(remote!);
  const skmem = /skmem:\(([^)]*)\)/.exec(line)?.[1] ?? '';
  return {
    proto,
    state: state!,
    local: parseEndpoint(local!),
    remote: peer.port === null && /^(::|0\.0\.0\.0)$/.test(peer.addr) ? null : peer,
    rxQueue: Number(rxQueue),
    txQueue: Number(txQueue),
    uid: numbers.uid?.[0] ?? 0,
    inode: numbers.ino?.[0] ?? 0,
    cookie: Number.parseInt(/ sk:([0-9a-f]+)/.exec(line)?.[1] ?? '', 16),
    processes: [...users.matchAll(/\("([^"]*)",pid=(\d+),/g)].map(([, comm, pid]) => ({
      comm: comm!,
      pid: Number(pid),
    })),
    numbers,
    congestion: words.find((word) => !word.includes(':') && !WORDS_THAT_ARE_NO_ALGORITHM.test(word)) ?? null,
    memory: Object.fromEntries([...skmem.matchAll(/([a-z]+)(\d+)/g)].map(([, name, value]) => [name, Number(value)])),
  };
}

function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  const addr = text
    .slice(0, colon)
    .replace(/^\[|\]$|%.*$/g, '')
    .replace(/\]$/, '')
    .replace('::ffff:', '');
  const port = text.slice(colon + 1);
  return { addr: addr === '*' ? '::' : addr, port: port === '*' ? null : Number(port) };
}
