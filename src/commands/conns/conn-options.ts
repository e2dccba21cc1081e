import { SOCKET_STATES } from '../../core/record/tables/conn.ts';
import { SUMMARY_KEYS } from '../../core/record/tables/conn-summary.ts';
import { choice, flag, integer, text, words } from '../options/option.ts';
import { machineOptions, resolveOptions } from '../options/shared-options.ts';
import { ebpfOptions } from '../packets/ebpf-options.ts';

/** What `conns` takes besides what every listing does. */
export const connOptions = {
  tcp: flag('Only TCP.'),
  udp: flag('Only UDP.'),
  listen: flag('Only sockets that wait: LISTEN, and UDP without a peer.'),
  established: flag('Only connections in state ESTABLISHED.'),
  ipv4: flag('Only IPv4.', { short: '4' }),
  ipv6: flag('Only IPv6.', { short: '6' }),
  port: integer('Only this local or remote port.', { least: 0, most: 65_535 }),
  pid: integer('Only sockets held by this process.', { least: 1 }, { value: 'PID', offers: 'process' }),
  process: text('Only sockets of processes with this name.', { value: 'NAME' }),
  state: words('Only these states; ss spellings (estab, syn-sent) are understood.', {
    value: 'STATE,...',
    choices: SOCKET_STATES,
  }),
  user: text('Only sockets of this user, by name or uid.', { value: 'USER' }),
  interface: text(
    'Only sockets bound to this interface or to an address of it; of a capture, only what was captured on it.',
    {
      short: 'i',
      value: 'NAME',
      offers: 'interface',
    },
  ),
  events: flag('Print a record when a connection opens, changes its state or closes.'),
  summary: choice('Add connections up by this.', SUMMARY_KEYS),
  coverage: flag('Add a record that says what the snapshot does not know.'),
  packets: flag(
    'Capture meanwhile: application, server name, traffic of UDP, and flows too short or too foreign for sockets.',
  ),
  ...resolveOptions,
  ...ebpfOptions,
  ...machineOptions('a capture, or records saved with --json,'),
};
