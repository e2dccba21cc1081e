import { EXIT, Failure } from '../../core/failure.ts';
import { shellWord } from '../../core/output/shell-word.ts';
import type { TabName } from './model/model.ts';

/** The commands that print what tabs show: of the machine, and of a capture. */
const COMMANDS: Readonly<Record<TabName, readonly [live: string, captured: string]>> = {
  dashboard: ['conns --interval 1', 'conns'],
  connections: ['conns --interval 1', 'conns'],
  interfaces: ['ifaces --interval 1', 'conns'],
  packets: ['capture', 'capture'],
  stats: ['stats --duration 10', 'stats'],
  topology: ['conns --summary remote --interval 1', 'conns --summary remote'],
  timeline: ['conns --events', 'conns --fields first_seen,age_s,proto,local_addr,local_port,remote_addr,remote_port'],
  insights: ['insights --interval 1', 'insights'],
};

/** What was asked of the screen. */
export interface Asked {
  readonly tab: TabName | null;
  readonly read: string | null;
  readonly filter: string | null;
}

/** Why there can be no screen. */
const WHY = {
  none: 'watch needs a terminal for its screen',
  dumb: 'watch needs a terminal that can move its cursor, and TERM is dumb',
  unnamed: 'watch needs a terminal that can move its cursor, and TERM does not say which one this is',
  taken: 'watch needs the terminal, and runs in the background',
} as const;

/** What TERM says against a screen; null for nothing. */
export function whyUnable(term: string | undefined): 'dumb' | 'unnamed' | null {
  return term === 'dumb' ? 'dumb' : term === undefined || term === '' ? 'unnamed' : null;
}

/** The Failure where there is no terminal, or one that cannot show a screen. It names the command that prints the same. */
export function noTerminal({ tab, read, filter }: Asked, why: keyof typeof WHY): Failure {
  const [live, captured] = COMMANDS[tab ?? (read === null ? 'dashboard' : 'packets')];
  const words = [
    `netwatch ${read === null ? live : captured}`,
    ...(read === null ? [] : [`-r ${shellWord(read)}`]),
    ...(filter === null ? [] : [`--filter ${shellWord(filter)}`]),
  ];
  return new Failure(EXIT.usage, WHY[why], { hint: `${words.join(' ')} prints the same` });
}
