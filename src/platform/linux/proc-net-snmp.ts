import type { CounterRow } from '../../core/record/tables/counter.ts';
import { eachWholeLine } from './text-lines.ts';

/** A count of 64 bits. Others, as the -1 of TcpMaxConn, are no counts. */
const COUNT = /^[0-9]{1,20}$/;

/**
 * The counters of /proc/net/snmp and /proc/net/netstat (net/ipv4/proc.c): for each group a line with the names and a line
 * with the values. A group whose two lines do not fit is left out.
 */
export function parseSnmp(text: string): CounterRow[] {
  const rows: CounterRow[] = [];
  let heading: readonly string[] = [];
  eachWholeLine(text, (line) => {
    const words = line.split(' ');
    if (words[0] !== heading[0]) {
      heading = words;
      return;
    }
    if (words.length === heading.length && words[0]!.endsWith(':')) {
      const group = words[0]!.slice(0, -1);
      for (let at = 1; at < words.length; at++) {
        if (COUNT.test(words[at]!)) rows.push({ name: group + heading[at]!, value: Number(words[at]) });
      }
    }
    heading = [];
  });
  return rows;
}

/** The counters of /proc/net/snmp6 (net/ipv6/proc.c): a line for each, with its group in its name. */
export function parseSnmp6(text: string): CounterRow[] {
  const rows: CounterRow[] = [];
  eachWholeLine(text, (line) => {
    const [, name, value] = /^([A-Za-z]\w*)[ \t]+([0-9]{1,20})$/.exec(line) ?? [];
    if (name !== undefined) rows.push({ name, value: Number(value) });
  });
  return rows;
}
