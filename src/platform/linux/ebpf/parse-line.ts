import { foldMapped, formatIp, parseIp } from '../../../core/net/ip-address.ts';
import type { ConnRow } from '../../../core/record/tables/conn.ts';
import type { TracedEnds, TracedProcess, TraceEvent } from '../../../core/trace/trace-event.ts';
import { MOST_KEYS } from './program.ts';

/** IPPROTO numbers (include/uapi/linux/in.h) that `conn` has names for. */
const PROTOCOLS: Readonly<Record<string, ConnRow['proto']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  58: 'icmp',
  132: 'sctp',
  136: 'udplite',
  262: 'mptcp',
};

/** The last turn that was taken from each map. */
export type Turns = Map<string, number>;

/**
 * What a line of bpftrace's JSON says; nothing where it is cut short, forged or of no interest. `turns` is changed: a map
 * that is printed again is not counted again.
 */
export function parseLine(line: string, turns: Turns): readonly TraceEvent[] {
  const message = parseJson(line);
  if (message === null) return [];
  const { type, data } = message;
  if (type === 'printf') {
    const event = typeof data === 'string' ? parseText(data) : null;
    return event === null ? [] : [event];
  }
  if (!isObject(data)) return [];
  if (type === 'stats') return Object.entries(data).flatMap(([name, keys]) => parseMap(name, keys, turns));
  if (type === 'lost_events') {
    const events = data.events;
    return isCount(events) ? [{ kind: 'lost', events }] : [];
  }
  return [];
}

function parseJson(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line.includes(WIDENED) ? withBytes(line) : line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** bpftrace 0.17 writes a byte above 127 as a negative number of 32 bits: `é` is `\uffffffc3\uffffffa9`. */
const WIDENED = '\\uffffff';
const ESCAPED_OR_WIDENED = /\\\\|(?:\\uffffff[89a-f][0-9a-f])+/g;

function withBytes(line: string): string {
  return line.replace(ESCAPED_OR_WIDENED, (found) =>
    found === '\\\\' ? found : Buffer.from(found.replaceAll(WIDENED, ''), 'hex').toString('utf8'),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const TIME = '(\\d{1,19}) ';
const SOCK = '([0-9a-f]{1,16}) ';
const N = '(\\d{1,10}) ';
const BYTES = '(\\d{1,16}) ';
const ENDS = '([0-9a-f.:]{2,45}) (\\d{1,5}) ([0-9a-f.:]{2,45}) (\\d{1,5})';
const NAMES = ' ([^/]*)/([^]*)';
const MOVED = new RegExp(`^S ${TIME}${SOCK}${N}${N}${N}(\\d{1,3}) ${ENDS}${NAMES}$`);
const CHANGED = new RegExp(`^P ${TIME}${SOCK}${N}${N}${N}(\\d{1,2}) ${ENDS}${NAMES}$`);
const ANSWERED = new RegExp(`^E ${TIME}${SOCK}${N}${ENDS}$`);
const CLOSED = new RegExp(`^C ${TIME}${SOCK}(\\d{1,2}) ${ENDS} ${BYTES}${BYTES}${BYTES}${N}(\\d{1,10})$`);
const BEAT = new RegExp(`^H ${TIME.trimEnd()}$`);
/** TASK_COMM_LEN and NAME_MAX; the program cuts names shorter. */
const LONGEST_NAME = 255;

/** A line that the program printed; program.ts says what is in it. */
function parseText(text: string): TraceEvent | null {
  switch (text[0]) {
    case 'S': {
      const m = MOVED.exec(text);
      // skc_dport is in network order
      const ends = m && parseEnds(m[7]!, Number(m[8]), m[9]!, swapped(Number(m[10])));
      if (!m || !ends) return null;
      const proto = PROTOCOLS[m[6]!] ?? 'raw';
      return { kind: 'moved', ...socketOf(m), ...ends, proto, process: processOf(m[4]!, m[5]!, m[11]!, m[12]!) };
    }
    case 'P': {
      const m = CHANGED.exec(text);
      const ends = m && parseEnds(m[7]!, Number(m[8]), m[9]!, Number(m[10]));
      if (!m || !ends) return null;
      const process = processOf(m[4]!, m[5]!, m[11]!, m[12]!);
      return { kind: 'changed', ...socketOf(m), ...ends, state: Number(m[6]), process };
    }
    case 'E': {
      const m = ANSWERED.exec(text);
      const ends = m && parseEnds(m[4]!, Number(m[5]), m[6]!, Number(m[7]));
      return m && ends ? { kind: 'answered', ...socketOf(m), ...ends } : null;
    }
    case 'C': {
      const m = CLOSED.exec(text);
      const ends = m && parseEnds(m[4]!, Number(m[5]), m[6]!, Number(m[7]));
      if (!m || !ends) return null;
      const [received, sent, again, segmentsIn, segmentsOut] = m.slice(8).map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return {
        kind: 'closed',
        at: Number(m[1]),
        sock: m[2]!,
        inode: 0,
        previous: Number(m[3]),
        ...ends,
        rx_bytes: received,
        tx_bytes: Math.max(0, sent - again),
        rx_packets: segmentsIn,
        tx_packets: segmentsOut,
        bytes_retrans: again,
      };
    }
    case 'H': {
      const m = BEAT.exec(text);
      return m && { kind: 'beat', at: Number(m[1]) };
    }
    default:
      return null;
  }
}

function socketOf(m: RegExpExecArray): { readonly at: number; readonly sock: string; readonly inode: number } {
  return { at: Number(m[1]), sock: m[2]!, inode: Number(m[3]) };
}

function processOf(pid: string, uid: string, name: string, comm: string): TracedProcess {
  const thread = comm.slice(0, LONGEST_NAME);
  return { pid: Number(pid), uid: Number(uid), name: name.slice(0, LONGEST_NAME) || thread, comm: thread };
}

const swapped = (port: number): number => ((port & 0xff) << 8) | (port >>> 8);

function parseEnds(local: string, localPort: number, remote: string, remotePort: number): TracedEnds | null {
  const [from, to] = [parseIp(local), parseIp(remote)];
  if (from === null || to === null || localPort > 65_535 || remotePort > 65_535) return null;
  const localText = foldMapped(formatIp(from));
  const hasPeer = remotePort !== 0;
  return {
    family: localText.includes(':') ? 'ipv6' : 'ipv4',
    local_addr: localText,
    local_port: localPort,
    remote_addr: hasPeer ? foldMapped(formatIp(to)) : null,
    remote_port: hasPeer ? remotePort : null,
  };
}

/** `[turn, inode, pid] → {count, total}`; what processes share a socket for is added up. */
function parseMap(name: string, keys: unknown, turns: Turns): readonly TraceEvent[] {
  const match = /^@([tr])[01]$/.exec(name);
  if (match === null || !isObject(keys)) return [];
  const direction = match[1] === 't' ? 'tx' : 'rx';
  const done = turns.get(name) ?? -1;
  const events: TraceEvent[] = [];
  let latest = done;
  let entries = 0;
  for (const [key, value] of Object.entries(keys)) {
    const m = /^(\d{1,15}),(\d{1,15}),(\d{1,10})$/.exec(key);
    if (m === null || !isObject(value) || !isCount(value.count) || !isCount(value.total)) continue;
    const turn = Number(m[1]);
    if (turn <= done) continue;
    if (turn > latest) latest = turn;
    entries++;
    events.push({ kind: 'bytes', inode: Number(m[2]), direction, bytes: value.total, calls: value.count });
  }
  turns.set(name, latest);
  // a full map counted nothing more
  if (2 * entries >= MOST_KEYS) events.push({ kind: 'lost', events: 1 });
  return events;
}
