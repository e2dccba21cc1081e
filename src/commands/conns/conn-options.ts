import { SOCKET_STATES } from '../../core/record/tables/conn.ts';
import { SUMMARY_KEYS } from '../../core/record/tables/conn-summary.ts';
import { choice, flag, integer, text, words } from '../options/option.ts';
import { redactOptions } from '../options/redact-options.ts';
import { historyOptionsOf, machineOptions, placeOptions, resolveOptions } from '../options/shared-options.ts';
import { keyOptions } from '../packets/capture-options.ts';
import { ebpfOptions } from '../packets/ebpf-options.ts';

/** The options of `conns`, in addition to those of every listing. */
export const connOptions = {
  tcp: flag('Only TCP.'),
  udp: flag('Only UDP.'),
  mptcp: flag('Only MPTCP: each connection, and after it the TCP subflows that carry it.'),
  listen: flag('Only listening sockets: state LISTEN, and UDP without a peer.'),
  established: flag('Only connections in state ESTABLISHED.'),
  ipv4: flag('Only IPv4.', { short: '4' }),
  ipv6: flag('Only IPv6.', { short: '6' }),
  port: integer('Only this local or remote port.', { least: 0, most: 65_535 }),
  pid: integer('Only sockets held by this process.', { least: 1 }, { value: 'PID', offers: 'process' }),
  process: text('Only sockets of processes with this name.', { value: 'NAME' }),
  state: words('Only these states; the spellings of ss (estab, syn-sent) are accepted.', {
    value: 'STATE,...',
    choices: SOCKET_STATES,
  }),
  user: text('Only sockets of this user, by name or uid.', { value: 'USER' }),
  interface: text(
    'Only sockets bound to this interface or to one of its addresses; with a capture, only what was captured on it.',
    {
      short: 'i',
      value: 'NAME',
      offers: 'interface',
    },
  ),
  events: flag('Print a record when a connection opens, changes state or closes.'),
  ...historyOptionsOf('100MB'),
  summary: choice('Total the connections by this key.', SUMMARY_KEYS),
  coverage: flag('Add a record that says what is missing from the snapshot.'),
  packets: flag(
    'Also capture packets: this adds applications, server names, UDP traffic, and flows that have no socket here or end too soon to be seen as sockets.',
  ),
  ...resolveOptions,
  ...placeOptions,
  ...redactOptions,
  ...keyOptions,
  ...ebpfOptions,
  ...machineOptions('a capture, or records saved with --json,'),
};
