import { isoTimeOf } from '../../instant.ts';
import { endpointText } from '../../net/endpoint-text.ts';
import { formatNumberOf } from '../../output/units.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Processes that are told apart; when there are more, those that have no connection any more give way. */
export const MOST_PROCESSES = 1000;
/** Remote addresses of one process that are known; one with more talks to anybody, and nothing is new. */
const MOST_REMOTES = 1000;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** A connection to an address that was new. */
interface Fresh {
  readonly row: ConnRow;
  readonly foundAt: number;
  seenAt: number;
}

interface Talker {
  readonly known: Set<string>;
  /** When it was first seen, and last, in looks. */
  readonly from: number;
  lastLook: number;
  readonly fresh: Map<string, Fresh>;
}

/** Looks for processes that talk to somebody new. */
export const newRemote = rule({
  name: 'new_remote',
  severity: 'note',
  about: 'a process talks to a remote address that it has not talked to before in this run',
  explanation:
    'Learns for a number of looks to which remote addresses each process has connections, and tells afterwards which process has connected to new ones: one finding for each process, with the latest of them, until ten minutes after the last of these connections was seen. Only connections that the process opened are counted, not those that its listeners accepted; loopback is left out. A process that is first seen later learns as long. Browsers, and programs that many servers of one name answer, talk to new addresses all the time: it is a note, and a process with many addresses is left out. Connections that came and went between two looks, and datagrams without a connected socket, are not seen.',
  advice: 'See whose address it is (netwatch whois), and whether the process should talk to it.',
  thresholds: {
    looks: threshold(10, 'Looks in which the addresses of a process are learnt.'),
    addresses: threshold(20, 'Addresses that a process may know; with more of them nothing is new.'),
  },
  open({ looks, addresses }, shared) {
    const talkers = new AgedMap<string, Talker>(MOST_PROCESSES);
    let look = 0;
    const talkerOf = (key: string): Talker | null => {
      let talker = talkers.get(key);
      if (talker?.lastLook === look) return talker;
      if (talker === undefined && talkers.size === MOST_PROCESSES) {
        // who was there at the look before may only come later in this one
        const [, longestAway] = talkers[Symbol.iterator]().next().value!;
        if (longestAway.lastLook >= look - 1) return null;
      }
      talker ??= { known: new Set(), from: look, lastLook: look, fresh: new Map() };
      talker.lastLook = look;
      talkers.add(key, talker);
      return talker;
    };
    return {
      conn(rows, at) {
        look++;
        const listening = new Set(rows.filter(({ state }) => state === 'LISTEN').map(listenerOf));
        for (const row of rows) {
          const { pid, process_start, remote_addr, state } = row;
          if (pid === null || remote_addr === null || LOOPBACK.test(remote_addr)) continue;
          // nobody may be there
          if (state === 'SYN_SENT' || listening.has(listenerOf(row))) continue;
          const talker = talkerOf(`${pid} ${process_start}`);
          if (talker === null) continue;
          const before = talker.fresh.get(remote_addr);
          if (before !== undefined) before.seenAt = at;
          if (talker.known.has(remote_addr) || talker.known.size === MOST_REMOTES) continue;
          talker.known.add(remote_addr);
          if (look - talker.from >= looks) talker.fresh.set(remote_addr, { row, foundAt: at, seenAt: at });
        }
      },
      clockJumped(by) {
        for (const [, { fresh }] of talkers) for (const one of fresh.values()) one.seenAt += by;
      },
      *findings(at) {
        for (const [, { known, fresh }] of talkers) {
          if (known.size > addresses) continue;
          const held = [...fresh.values()].filter(({ seenAt }) => !shared.isOver(seenAt, at));
          const latest = held.toSorted((a, b) => b.foundAt - a.foundAt);
          const [first] = latest;
          if (first === undefined) continue;
          const { pid, process, remote_addr, remote_port } = first.row;
          yield {
            subject: `${process ?? 'process'} (${pid})`,
            summary: `${process ?? 'process'} (${pid}) talks to ${endpointText(remote_addr!, remote_port ?? 0)}${held.length === 1 ? '' : ` and ${held.length - 1} more`}, new to it: before it knew ${formatNumberOf(known.size - fresh.size, 'address', 'addresses')}`,
            confidence: 'high',
            evidence: latest.slice(0, MOST_EVIDENCE).map(({ row }) =>
              evidence('conn', {
                pid: row.pid,
                process: row.process,
                proto: row.proto,
                remote_addr: row.remote_addr,
                remote_port: row.remote_port,
              }),
            ),
            since: isoTimeOf(held[0]!.foundAt * 1000),
          };
        }
      },
    };
  },
});

/** Connections that a listener accepted have its port. */
const listenerOf = ({ proto, local_port, netns }: ConnRow): string => `${proto} ${local_port} ${netns}`;
