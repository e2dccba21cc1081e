import { type Markup, markup } from '../../../core/html/markup.ts';
import { formatSeconds } from '../../../core/output/units.ts';
import type { TunnelRow, TunnelState } from '../../../core/record/tables/tunnel.ts';
import { hourPicture } from './hour-picture.ts';
import type { LastHour } from './last-hour.ts';
import { bytesOf, MOST_ROWS, rateOf, restOf, section, shortTime, tableOf } from './page-parts.ts';

const STATES: Readonly<Record<TunnelState, string>> = { up: 'good', idle: 'notice', waiting: 'notice', down: 'bad' };

/** Sessions of tunnels: who holds each, what carries it, since when, and what passed in the last hour. Empty without any. */
export function sessionsOfTunnels(rows: readonly TunnelRow[], hour: LastHour, now: number): Markup {
  if (rows.length === 0) return markup``;
  const lines = rows.slice(0, MOST_ROWS).map((row) => {
    const { iface, kind, state, peer, process, pid, up_since: since, reconnects, handshake_age_s: age } = row;
    const picture = hourPicture(
      [
        { name: 'received', points: hour.fromTunnel(row, now) },
        { name: 'sent', points: hour.intoTunnel(row, now) },
      ],
      rateOf,
    );
    const who = peer ?? (process === null ? '' : `${process} (${pid})`);
    const handshake = age === null ? '' : `${formatSeconds(age)} ago`;
    return markup`<tr><td class="${state === null ? 'faint' : STATES[state]}">${state ?? 'unknown'}</td><td class="rule">${iface}<p class="faint">${kind}</p></td><td>${who}</td><td>${outerOf(row)}</td><td class="number">${since === null ? '' : shortTime(since)}</td><td class="number">${reconnects ?? ''}</td><td class="number">${handshake}</td><td class="number">${bytesOf(row.rx_bytes)}</td><td class="number">${bytesOf(row.tx_bytes)}</td><td class="picture">${picture}</td></tr>`;
  });
  const head = markup`<tr><th>State</th><th>Name</th><th>Peer or process</th><th>Carried by</th><th class="number">Since (UTC)</th><th class="number">Reconnects</th><th class="number">Handshake</th><th class="number">Received</th><th class="number">Sent</th><th>The last hour: <span class="first">received</span>, <span class="second">sent</span></th></tr>`;
  return section('Sessions of tunnels', markup`${tableOf(head, lines)}${restOf(rows.length)}`);
}

/** The flow that carries it, as far as it is known. */
function outerOf({ proto, remote_addr: addr, remote_port: port, outer_iface: iface }: TunnelRow): string {
  const to = addr === null ? null : `to ${addr} port ${port}`;
  return [proto, to, iface === null ? null : `by ${iface}`].filter((part) => part !== null).join(' ');
}
