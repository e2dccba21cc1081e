import { count, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const counter = table('counter', 'One row per counter of the kernel, since boot.', {
  name: text('Its name as nstat writes it: group and counter, as in TcpExtListenOverflows.', shown('NAME', 1)),
  value: count('How often it happened.', shown('VALUE', 1)),
});
export type CounterRow = Row<typeof counter>;
