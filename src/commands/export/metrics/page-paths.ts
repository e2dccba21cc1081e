import { type Markup, markup } from '../../../core/html/markup.ts';
import { formatNumberOf, formatPercent } from '../../../core/output/units.ts';
import type { MultipathLook, MultipathSession, SessionPath } from '../../../core/socket/multipath-sessions.ts';
import { hourPicture } from './hour-picture.ts';
import type { LastHour } from './last-hour.ts';
import { bytesOf, rateOf, section, shortTime, tableOf } from './page-parts.ts';
import { movedBy, sharesByInterface } from './path-shares.ts';

/** Sessions that are shown, those with the most bytes; a client decides how many there are. */
const MOST_SESSIONS = 20;
/** Paths of a session that are shown. */
const MOST_PATHS = 8;

/** The kernel knows a connection of QUIC as a UDP socket, which may be of anything. */
const OF_QUIC = markup`<p class="faint">Connections of QUIC and their paths are known from packets alone: netwatch stats --by quic.</p>`;

/** The sessions that the page shows, which the hour keeps values of. */
export function shownSessions({ sessions }: MultipathLook): readonly MultipathSession[] {
  const moved = ({ paths }: MultipathSession): number => paths.reduce((sum, path) => sum + movedBy(path), 0);
  return [...sessions]
    .sort((a, b) => moved(b) - moved(a))
    .slice(0, MOST_SESSIONS)
    .map((one) => ({ ...one, paths: one.paths.slice(0, MOST_PATHS) }));
}

/** MPTCP sessions with the flows that carry each: what share it has, and what passed in the last hour. */
export function pathsOf(look: MultipathLook, hour: LastHour, now: number): Markup {
  const { sessions, lost } = look;
  const ended =
    lost === 0
      ? markup``
      : markup`<p class="notice">${formatNumberOf(lost, 'path')} ended before their session did.</p>`;
  if (sessions.length === 0)
    return section('Paths', markup`<p class="faint">No session of MPTCP is open.</p>${ended}${OF_QUIC}`);
  const shares = sharesByInterface(sessions).map(
    ({ iface, share }) => `${iface ?? 'unknown'} ${share === null ? '' : formatPercent(share * 100)}`,
  );
  const shown = shownSessions(look);
  const lines = shown.flatMap((session) => session.paths.map((path, at) => lineOf(session, path, at, hour, now)));
  const head = markup`<tr><th>Session</th><th>Interface</th><th>Path</th><th class="number">Received</th><th class="number">Sent</th><th class="number">Share</th><th>The last hour: <span class="first">received</span>, <span class="second">sent</span></th></tr>`;
  const count = sessions.length - shown.length;
  const rest = count === 0 ? markup`` : markup`<p class="faint">${count} more are left out.</p>`;
  return section(
    'Paths',
    markup`<p>${formatNumberOf(sessions.length, 'session')} of MPTCP; bytes by interface: ${shares.join(', ')}.</p>${ended}${tableOf(head, lines)}${rest}${OF_QUIC}`,
  );
}

function lineOf(
  { token, since, paths }: MultipathSession,
  path: SessionPath,
  at: number,
  hour: LastHour,
  now: number,
): Markup {
  const whole = paths.reduce((sum, one) => sum + movedBy(one), 0);
  const picture = hourPicture(
    [
      { name: 'received', points: hour.fromPath(token, path, now) },
      { name: 'sent', points: hour.intoPath(token, path, now) },
    ],
    rateOf,
  );
  const backup = path.isBackup === true ? markup`<p class="faint">backup</p>` : markup``;
  const name =
    at > 0 ? markup`` : markup`${token}<p class="faint">${since === null ? '' : `since ${shortTime(since)}`}</p>`;
  const ends = `${path.local.addr} port ${path.local.port} to ${path.remote.addr} port ${path.remote.port}`;
  return markup`<tr><td class="name">${name}</td><td>${path.iface ?? ''}${backup}</td><td>${ends}</td><td class="number">${bytesOf(path.rxBytes)}</td><td class="number">${bytesOf(path.txBytes)}</td><td class="number">${whole === 0 ? '' : formatPercent((100 * movedBy(path)) / whole)}</td><td class="picture">${picture}</td></tr>`;
}
