import { isoTimeOf } from '../../instant.ts';
import { endpointText } from '../../net/endpoint-text.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** Listening endpoints that are told apart; a machine with more is not watched. */
export const MOST_LISTENERS = 20_000;
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const TEMPORARY = /^\/(tmp|var\/tmp|dev\/shm)\//;
/** Where the kernel takes ports from for datagram sockets that ask for none (Linux). */
const FIRST_EPHEMERAL = 32_768;

interface Listening {
  readonly row: ConnRow;
  readonly since: number;
}

/** Looks for sockets that began to listen during the run. */
export const newListener = rule({
  name: 'new_listener',
  severity: 'note',
  about: 'a process began to listen at a port after the first look',
  explanation:
    'Remembers where TCP sockets listen and UDP sockets are bound at the first look, and tells what is new and still there. UDP ports from 32768 on are left out: most are those of clients that wait for an answer. A program that is started or restarted with other ports looks like that. It is a warning when it listens at all addresses and its executable lies in a folder for temporary files (/tmp, /var/tmp, /dev/shm) or has been deleted: intruders do that, and so do builds, tests and upgrades. What listened before the first look, and what came and went between two looks, is not seen; nor the executable of a process of another user without the permission to read it.',
  advice: 'See who started it (netwatch conns --state LISTEN --fields pid,exe,cmdline), and whether that is meant.',
  thresholds: {},
  open() {
    let known: Set<string> | null = null;
    let fresh = new Map<string, Listening>();
    return {
      conn(rows, at) {
        const now = rows.filter(isListening);
        if (known === null) {
          known = new Set(now.slice(0, MOST_LISTENERS).map(keyOf));
          return;
        }
        // what is not known because there was no room for it must not look new
        if (known.size === MOST_LISTENERS) return;
        const next = new Map<string, Listening>();
        for (const row of now) {
          const key = keyOf(row);
          if (known.has(key) || next.size === MOST_LISTENERS) continue;
          if (!next.has(key)) next.set(key, { row, since: fresh.get(key)?.since ?? at });
        }
        fresh = next;
      },
      *findings() {
        for (const { row, since } of fresh.values()) {
          const { proto, local_addr, local_port, process, pid, exe } = row;
          const subject = `${proto.toUpperCase()} ${endpointText(local_addr, local_port)}`;
          const who = process === null ? 'an unknown process' : `${process} (${pid})`;
          const odd = oddity(exe);
          const isOdd = EVERYWHERE.has(local_addr) && odd !== null;
          yield {
            subject,
            severity: isOdd ? 'warn' : 'note',
            summary: `${who} began to listen at ${subject}${isOdd ? `, and its executable ${odd}` : ''}`,
            confidence: 'high',
            evidence: [evidence('conn', { proto, local_addr, local_port, pid, process, exe })],
            since: isoTimeOf(since * 1000),
          };
        }
      },
    };
  },
});

const keyOf = ({ proto, local_addr, local_port, netns }: ConnRow): string =>
  `${proto} ${local_addr} ${local_port} ${netns}`;

const isListening = ({ proto, state, local_port, remote_addr }: ConnRow): boolean =>
  proto === 'udp' || proto === 'udplite'
    ? remote_addr === null && local_port > 0 && local_port < FIRST_EPHEMERAL
    : state === 'LISTEN';

function oddity(exe: string | null): string | null {
  if (exe === null) return null;
  if (exe.endsWith(' (deleted)')) return 'has been deleted';
  return TEMPORARY.test(exe) ? 'lies in a folder for temporary files' : null;
}
