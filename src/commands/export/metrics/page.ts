import { Markup, markup } from '../../../core/html/markup.ts';
import { nameOf } from '../../../core/html/target-history.ts';
import { formatBytes, formatMillis, formatNumberOf, formatPercent, formatSeconds } from '../../../core/output/units.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow, InsightSeverity } from '../../../core/record/tables/insight.ts';
import type { ProbeRow, ProbeState } from '../../../core/record/tables/probe.ts';
import { hourPicture } from './hour-picture.ts';
import type { LastHour } from './last-hour.ts';
import { bytesOf, MOST_ROWS, rateOf, restOf, section, shortTime, tableOf } from './page-parts.ts';
import { pathsOf } from './page-paths.ts';
import { PAGE_STYLE } from './page-style.ts';
import { sessionsOfTunnels } from './page-tunnels.ts';
import { isCarrying, isTunnel, type Sample } from './sample.ts';

/** Seconds after which a browser asks again. */
const REFRESH_S = 15;

/** What the page tells of. */
export interface PageRequest {
  readonly host: string;
  /** As records have it. */
  readonly time: string;
  /** Milliseconds of the monotonic clock. */
  readonly now: number;
  readonly sample: Sample;
  readonly hour: LastHour;
}

/** The page at `/`: targets, tunnels, paths, interfaces and findings, with their last hour. It needs nothing else, and runs nothing. */
export function pageOf({ host, time, now, sample, hour }: PageRequest): string {
  const tunnels = sample.interfaces.filter(isTunnel);
  const others = sample.interfaces.filter((row) => !isTunnel(row));
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_S}">
<title>${host}: netwatch</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${host}</h1><p>netwatch ${sample.health.version}, ${time.slice(0, 19).replace('T', ' ')} UTC. Pictures are of the last hour.</p></header>
<main>
${findingsOf(sample.findings, hour, now)}
${targetsOf(sample.probes, hour, now)}
${interfacesOf('Tunnels', tunnels, hour, now, 'This machine has no tunnel.')}
${sessionsOfTunnels(sample.tunnels, hour, now)}
${pathsOf(sample.multipath, hour, now)}
${interfacesOf('Interfaces', others, hour, now, 'This machine has no interface.')}
${limitsOf(sample)}
</main>
<footer><a href="/metrics">/metrics</a> is what Prometheus reads.</footer>
</body>
</html>
`;
  return page.text;
}

/** Not escaped: it is our own, and its bytes are those of the hash. */
const STYLE = new Markup(PAGE_STYLE);

const TONES: Readonly<Record<InsightSeverity, string>> = { error: 'bad', warn: 'notice', note: 'faint' };

function findingsOf(rows: readonly InsightRow[] | null, hour: LastHour, now: number): Markup {
  if (rows === null)
    return section('Findings', markup`<p class="faint">The rules look for the second time in a few seconds.</p>`);
  const drawn = hourPicture([{ name: 'findings', points: hour.findings(now) }], (value) => String(Math.round(value)));
  const picture = markup`<p class="faint">The last hour: <span class="first">how many</span></p>${drawn}`;
  if (rows.length === 0) return section('Findings', markup`<p class="good">No rule found anything.</p>${picture}`);
  const lines = rows
    .slice(0, MOST_ROWS)
    .map(
      ({ rule, severity, summary, advice, since }) =>
        markup`<tr><td class="${TONES[severity]}">${severity}</td><td class="rule">${rule}</td><td>${summary}<p class="faint">${advice}</p></td><td class="number">${since === null ? '' : shortTime(since)}</td></tr>`,
    );
  const head = markup`<tr><th>Severity</th><th>Rule</th><th>Finding</th><th class="number">Since (UTC)</th></tr>`;
  return section('Findings', markup`${picture}${tableOf(head, lines)}${restOf(rows.length)}`);
}

const STATES: Readonly<Record<ProbeState, string>> = { up: 'good', degraded: 'notice', down: 'bad', unknown: 'faint' };

function targetsOf(rows: readonly ProbeRow[], hour: LastHour, now: number): Markup {
  if (rows.length === 0)
    return section('Targets', markup`<p class="faint">None is asked; --probe TARGET asks some.</p>`);
  const lines = rows.slice(0, MOST_ROWS).map((row) => {
    const { state, loss_pct: loss, rtt_avg_ms: rtt, detail } = row;
    const picture = hourPicture([{ name: 'time to an answer', points: hour.rounds(row, now) }], (ms) =>
      formatMillis(ms),
    );
    return markup`<tr><td class="${STATES[state]}">${state}</td><td class="name">${nameOf(row)}<p class="faint">${detail}</p></td><td class="number">${rtt === null ? '' : formatMillis(rtt)}</td><td class="number">${loss === null ? '' : formatPercent(loss)}</td><td class="picture">${picture}</td></tr>`;
  });
  const head = markup`<tr><th>State</th><th>Target</th><th class="number">Time</th><th class="number">Loss</th><th>The last hour: <span class="first">time</span></th></tr>`;
  return section('Targets', markup`${tableOf(head, lines)}${restOf(rows.length)}`);
}

function interfacesOf(title: string, rows: readonly IfaceRow[], hour: LastHour, now: number, none: string): Markup {
  if (rows.length === 0) return section(title, markup`<p class="faint">${none}</p>`);
  const lines = rows.slice(0, MOST_ROWS).map((row) => {
    const { name, kind, state, mtu, rx_bytes: rx, tx_bytes: tx } = row;
    const picture = hourPicture(
      [
        { name: 'received', points: hour.received(name, now) },
        { name: 'sent', points: hour.sent(name, now) },
      ],
      rateOf,
    );
    const faults = [row.rx_errors, row.tx_errors, row.rx_dropped, row.tx_dropped];
    const lost = faults.every((one) => one === null) ? null : faults.reduce<number>((sum, one) => sum + (one ?? 0), 0);
    return markup`<tr><td class="${isCarrying(row) ? 'good' : 'bad'}">${isCarrying(row) ? 'up' : state}</td><td class="name">${name}</td><td>${kind}</td><td class="number">${mtu ?? ''}</td><td class="number">${bytesOf(rx)}</td><td class="number">${bytesOf(tx)}</td><td class="number ${lost === 0 ? '' : 'notice'}">${lost ?? ''}</td><td class="picture">${picture}</td></tr>`;
  });
  const head = markup`<tr><th>State</th><th>Name</th><th>Kind</th><th class="number">MTU</th><th class="number">Received</th><th class="number">Sent</th><th class="number">Errors, drops</th><th>The last hour: <span class="first">received</span>, <span class="second">sent</span></th></tr>`;
  return section(title, markup`${tableOf(head, lines)}${restOf(rows.length)}`);
}

function limitsOf({ limits, health }: Sample): Markup {
  const lines = limits.map(({ what, why }) => markup`<p>${what}: ${why}</p>`);
  const took =
    health.samples === 0 ? 'nobody has asked for metrics yet' : `the last took ${formatSeconds(health.tookS)}`;
  return section(
    'netwatch itself',
    markup`<p class="faint">${formatNumberOf(health.samples, 'sample')}, ${formatNumberOf(health.failures, 'failure')}; ${took}; ${formatBytes(health.residentBytes)} of memory.</p>${lines}`,
  );
}
