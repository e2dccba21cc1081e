import { isoTimeOf } from '../../instant.ts';
import { formatNumberOf } from '../../output/units.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';
import { endpointText } from '../wording.ts';

/** Processes that are told apart. */
export const MOST_PROCESSES = 1000;
/** Remote addresses of one process that are known; one with more talks to anybody, and nothing is new. */
export const MOST_REMOTES = 1000;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

interface Talker {
  readonly known: Set<string>;
  /** When it was first seen, in looks. */
  readonly from: number;
  fresh: number;
  last: readonly ConnRow[];
  since: number;
}

/** Looks for processes that talk to somebody new. */
export const newRemote = rule({
  name: 'new_remote',
  severity: 'note',
  about: 'a process talks to a remote address that it has not talked to before in this run',
  explanation:
    'Learns for a number of looks to which remote addresses each process has connections, and tells afterwards which process has connected to new ones: one finding for each process, with the latest of them. Only connections that the process opened are counted, not those that its listeners accepted; loopback is left out. A process that is first seen later learns as long. Browsers, and programs that many servers of one name answer, talk to new addresses all the time: it is a note, and a process with many addresses is left out. Connections that came and went between two looks, and datagrams without a connected socket, are not seen.',
  advice: 'See whose address it is (netwatch whois), and whether the process should talk to it.',
  thresholds: {
    looks: threshold(10, 'Looks in which the addresses of a process are learnt.'),
    addresses: threshold(20, 'Addresses that a process may know; with more of them nothing is new.'),
  },
  open({ looks, addresses }) {
    const talkers = new Map<string, Talker>();
    let look = 0;
    return {
      conn(rows, at) {
        look++;
        const listening = new Set(rows.filter(({ state }) => state === 'LISTEN').map(listenerOf));
        const fresh = new Map<Talker, Map<string, ConnRow>>();
        for (const row of rows) {
          const { pid, process_start, remote_addr, state } = row;
          if (pid === null || remote_addr === null || LOOPBACK.test(remote_addr)) continue;
          // nobody may be there
          if (state === 'SYN_SENT' || listening.has(listenerOf(row))) continue;
          const key = `${pid} ${process_start}`;
          let talker = talkers.get(key);
          if (talker === undefined) {
            if (talkers.size === MOST_PROCESSES) continue;
            talker = { known: new Set(), from: look, fresh: 0, last: [], since: at };
            talkers.set(key, talker);
          }
          if (talker.known.has(remote_addr) || talker.known.size === MOST_REMOTES) continue;
          talker.known.add(remote_addr);
          if (look - talker.from < looks) continue;
          const those = fresh.get(talker) ?? new Map<string, ConnRow>();
          fresh.set(talker, those.set(remote_addr, row));
        }
        for (const [talker, those] of fresh) {
          if (talker.fresh === 0) talker.since = at;
          talker.fresh += those.size;
          talker.last = [...those.values(), ...talker.last].slice(0, MOST_EVIDENCE);
        }
      },
      *findings() {
        for (const { known, fresh, last, since } of talkers.values()) {
          const [row] = last;
          if (row === undefined || known.size > addresses) continue;
          const { pid, process, remote_addr, remote_port } = row;
          const before = known.size - fresh;
          yield {
            subject: `${process ?? 'process'} (${pid})`,
            summary: `${process ?? 'process'} (${pid}) talks to ${endpointText(remote_addr!, remote_port ?? 0)}${fresh === 1 ? '' : ` and ${fresh - 1} more`}, new to it: before it knew ${formatNumberOf(before, 'address', 'addresses')}`,
            confidence: 'high',
            evidence: last.map((one) =>
              evidence('conn', {
                pid: one.pid,
                process: one.process,
                proto: one.proto,
                remote_addr: one.remote_addr,
                remote_port: one.remote_port,
              }),
            ),
            since: isoTimeOf(since * 1000),
          };
        }
      },
    };
  },
});

/** Connections that a listener accepted have its port. */
const listenerOf = ({ proto, local_port, netns }: ConnRow): string => `${proto} ${local_port} ${netns}`;
