import { choice, maybe, shown } from '../field.ts';
import { type Row, table } from '../table.ts';
import { conn, SOCKET_STATES } from './conn.ts';

/** One row per change of a connection. The fields after `previous_state` are those of `conn`, as last known; `state` is CLOSE after a close. */
export const connEvent = table(
  'conn_event',
  'One row when a connection opens, changes state or closes.',
  {
    event: choice('What happened.', ['opened', 'changed', 'closed'], shown('EVENT', 1)),
    previous_state: maybe(choice('State before a change or a close, after which the state is CLOSE.', SOCKET_STATES)),
    ...conn.fields,
    // what happened is worth more than rates, which a connection that opens has not
    rx_rate: { ...conn.fields.rx_rate, priority: 4 },
    tx_rate: { ...conn.fields.tx_rate, priority: 4 },
    state: { ...conn.fields.state, priority: 2 },
  },
  { aliases: conn.aliases, hosts: conn.hosts, none: 'no connection opened, changed or closed' },
);
export type ConnEventRow = Row<typeof connEvent>;
