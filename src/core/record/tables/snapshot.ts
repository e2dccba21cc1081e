import { choice, integer, maybe, shown, text, time } from '../field.ts';
import { type Part, type Row, table } from '../table.ts';
import { type ConnRow, conn } from './conn.ts';
import { counter } from './counter.ts';
import { iface } from './iface.ts';
import { limit } from './meta.ts';
import { dnsServer, host, neighbor, route } from './network-config.ts';
import { stream } from './stream.ts';

/** The version of the document. Parts and fields are only added; it is raised when a reader of this one would be wrong. */
export const SNAPSHOT_VERSION = 1;

/** The records of sockets that listen stand apart: a table of its own, of the same type. */
const listener: typeof conn = { ...conn };

/** Whether a socket waits for others: one that listens, or a datagram socket without a peer. */
export const isListener = ({ state, remote_addr }: Pick<ConnRow, 'state' | 'remote_addr'>): boolean =>
  state === 'LISTEN' || (state === 'UNCONN' && remote_addr === null);

const many = (doc: string, of: Part['of']): Part => ({ doc, of, isMany: true });

/** What a snapshot holds besides its own fields, in this order. A part that nobody could read is null. */
export const SNAPSHOT_PARTS = {
  host: { doc: 'The machine.', of: host, isMany: false },
  ifaces: many('Its interfaces.', iface),
  routes: many('The routes of all tables.', route),
  dns_servers: many('The servers that names are asked of.', dnsServer),
  neighbors: many('Its neighbours on the link.', neighbor),
  counters: many('Counters of the kernel.', counter),
  listeners: many('Sockets that listen, and datagram sockets without a peer.', listener),
  conns: many('All other sockets; of a capture, its flows.', conn),
  streams: many('The streams of a capture.', stream),
  limits: many('What could not be seen, and why.', limit),
} as const satisfies Readonly<Record<string, Part>>;
export type SnapshotPart = keyof typeof SNAPSHOT_PARTS;

/** What a snapshot says of itself; its parts follow in the same document. */
export const snapshot = table(
  'snapshot',
  'All that was seen of a machine, or in a capture, at one time: one document.',
  {
    time: time('When it was taken.', shown('TIME', 1)),
    version: integer('Version of the document: a netwatch that knows a lower one cannot read it.', shown('VERSION', 3)),
    netwatch: text('The version of netwatch that took it.'),
    of: choice('What was looked at.', ['machine', 'capture'], shown('OF', 2)),
    source: maybe(
      text('The file of a capture, the folder of a saved machine, or the network namespace; null for here.'),
    ),
  },
  { parts: SNAPSHOT_PARTS },
);
export type SnapshotRow = Row<typeof snapshot>;
