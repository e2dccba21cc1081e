import { bytes, choice, count, maybe, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** What a history of connections is summed up by. */
export const HISTORY_KEYS = ['process', 'remote', 'hour'] as const;
export type HistoryKey = (typeof HISTORY_KEYS)[number];

/** Connections that opened and closed over days, as `export history` sums them up. */
export const connHistory = table(
  'conn_history',
  'One row per process, remote or hour of a history of connections.',
  {
    time: time('When the first event was seen; of an hour, when it began.', shown('FROM', 2)),
    by: choice('What it is summed up by.', HISTORY_KEYS),
    key: maybe(
      text('The process, the address of the remote, or the hour; null where that is not known, or there is none.', {
        ...shown('KEY', 1),
      }),
    ),
    opened: count('Connections that opened.', shown('OPENED', 1)),
    closed: count('Connections that closed.', shown('CLOSED', 1)),
    rx_bytes: maybe(
      bytes('Payload bytes received by those that closed; null where nobody counted them.', shown('RX', 1)),
    ),
    tx_bytes: maybe(bytes('Payload bytes sent by those that closed; null where nobody counted them.', shown('TX', 1))),
    processes: maybe(count('Different processes, by name; null for too many to tell apart.', shown('PROCESSES', 3))),
    remotes: maybe(count('Different remote addresses; null for too many to tell apart.', shown('REMOTES', 3))),
    retrans: maybe(count('Segments sent again by those that closed.', shown('RETRANS', 4))),
    until: time('When the last event was seen.', shown('UNTIL', 2)),
  },
  { none: 'no connection opened or closed in that time' },
);
export type ConnHistoryRow = Row<typeof connHistory>;
