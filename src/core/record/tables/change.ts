import { address, choice, integer, maybe, number, port, shown, type Tone, text, time, toneBy } from '../field.ts';
import { type Row, table } from '../table.ts';

/** What may differ between two snapshots. */
export const CHANGE_KINDS = [
  'listener', // a socket that listens
  'remote', // whom a process is connected with
  'route',
  'dns_server',
  'iface', // an interface that came or went
  'iface_fact', // what is set of one: its MTU, its addresses, its state
  'neighbor', // the hardware address of one
  'counter', // errors and drops
  'host', // name, system, kernel, a start
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

const TONES: Readonly<Record<string, Tone>> = {
  added: 'good',
  removed: 'bad',
  changed: 'notice',
  increased: 'notice',
  reset: 'busy',
};

/** What differs between two snapshots, as `export diff` finds it. */
export const change = table(
  'change',
  'One row per difference between two snapshots.',
  {
    time: time('When the later snapshot was taken: the change was between since and then.'),
    what: choice('What changed.', CHANGE_KINDS, shown('WHAT', 1)),
    change: choice(
      'How. A counter that began anew is reset; what it counted before the snapshot is then unknown.',
      ['added', 'removed', 'changed', 'increased', 'reset'],
      { ...shown('CHANGE', 1), tone: toneBy(TONES) },
    ),
    key: text('Which one: what it is known by in both snapshots.', shown('KEY', 1, 30)),
    field: maybe(text('The fact or the counter that differs; null where all of it came or went.', shown('FIELD', 1))),
    before: maybe(text('What it was; null for what was not there, or not known.', shown('BEFORE', 1, 16))),
    after: maybe(text('What it is; null for what is gone.', shown('AFTER', 1, 16))),
    delta: maybe(
      number('By how much a counter grew; of one that was reset, what it counted since then.', shown('DELTA', 3)),
    ),
    process: maybe(text('Name of the process that listens or is connected.', shown('PROCESS', 2))),
    pid: maybe(integer('Its id.')),
    direction: maybe(choice('Of a remote: out where this machine connected, in where the remote did.', ['out', 'in'])),
    proto: maybe(text('Transport protocol.')),
    addr: maybe(address('The address: of a remote, a listener, a DNS server, a neighbour.')),
    port: maybe(port('The port: of the remote that was connected to, or of this machine.')),
    iface: maybe(text('The interface.')),
    since: time('When the earlier snapshot was taken.'),
  },
  { none: 'nothing has changed' },
);
export type ChangeRow = Row<typeof change>;
