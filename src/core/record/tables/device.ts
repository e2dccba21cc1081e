import { flag, list, shown, text, WHOLE } from '../field.ts';
import { type Row, table } from '../table.ts';

export const device = table('device', 'One row per interface that can be captured from.', {
  name: text('What --interface takes.', shown('NAME', 1, WHOLE)),
  kind: text('Kind of interface, as in `netwatch ifaces`; any is all of them at once.', shown('KIND', 3)),
  state: text('Operational state.', shown('STATE', 2)),
  ipv4: list('IPv4 addresses with prefix length.', shown('IPV4', 1, 22)),
  ipv6: list('IPv6 addresses with prefix length.', shown('IPV6', 2, 22)),
  is_default: flag('Whether it is captured from when no interface is named.', shown('DEFAULT', 1)),
});
export type DeviceRow = Row<typeof device>;
