import { formatBytes, formatMillis } from '../../../core/output/units.ts';
import type { ConnSummaryRow } from '../../../core/record/tables/conn-summary.ts';
import { exactly, line, piece } from '../../../core/screen/cells.ts';
import { selectedIndex, topFor } from '../../../core/screen/selection.ts';
import type { Role } from '../../../core/screen/theme.ts';
import { arrange, listState } from '../model/arranged.ts';
import type { TargetHistory } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import { whyEmpty } from '../model/why-empty.ts';
import { BOX, box, type Stack } from '../views/boxes.ts';
import { healthRole } from './health-role.ts';
import { factsOf, REMOTES } from './topology-remotes.ts';

/** DNS servers that are drawn. */
const MOST_SERVERS = 3;

/** The gateways and the first DNS servers, with how they do. */
export function infrastructureBoxes(model: Model, width: number, height: number): Stack {
  const { theme, texts } = model.settings;
  const { host, dnsServers, health, conns } = model.machine;
  if (width === 0) return { lines: exactly([], 0, height), labels: new Map() };
  const nodes = [
    ...(host?.gateway ?? []).map((addr) => ({ name: texts.gateway, addr })),
    ...dnsServers.slice(0, MOST_SERVERS).map(({ addr }) => ({ name: 'DNS', addr })),
  ].slice(0, Math.max(1, Math.floor(height / BOX)));
  const lines: string[] = [];
  const labels = new Map<number, string>();
  for (const { name, addr } of nodes) {
    const known = [...health.values()].find(({ row }) => row.addr === addr);
    const role = known === undefined ? 'faint' : healthRole(known.row);
    labels.set(lines.length + 2, `${conns.filter(({ remote_addr }) => remote_addr === addr).length}×`);
    lines.push(
      ...box(
        theme,
        [
          [name, 'strong'],
          [addr, null],
          [`${theme.glyphs.dot} ${healthOf(model, known)}`, role],
        ],
        width,
        'frame',
      ),
    );
  }
  return { lines: exactly(lines, width, height), labels };
}

function healthOf({ settings: { texts, numerals, probes } }: Model, known: TargetHistory | undefined): string {
  if (known === undefined) return probes ? texts.waitingShort : texts.noProbeShort;
  const { rtt_avg_ms, loss_pct } = known.row;
  const rtt = rtt_avg_ms === null ? '?' : formatMillis(rtt_avg_ms, numerals);
  return `${rtt} ${loss_pct === null ? '?' : numerals(loss_pct, 0)}%`;
}

/** The box of this machine is as high as the tab, so that every edge meets it. */
export function machineBox(model: Model, width: number, height: number): readonly string[] {
  const { theme, numerals } = model.settings;
  const { host, ifaces } = model.machine;
  const up = ifaces.filter(({ kind, state }) => kind !== 'loopback' && state === 'up');
  const main = up.find(({ ipv4, ipv6 }) => ipv4.length + ipv6.length > 0);
  const rate = (side: 'rx_rate' | 'tx_rate'): string =>
    `${formatBytes(
      up.reduce((sum, row) => sum + (row[side] ?? 0), 0),
      numerals,
    )}/s`;
  const texts: (readonly [string, Role | null])[] = [
    [host?.hostname ?? model.replay?.name ?? '?', 'title'],
    [(main?.ipv4[0] ?? main?.ipv6[0] ?? '?').split('/', 1)[0]!, null],
    [up.map(({ name }) => name).join(' / ') || '?', 'faint'],
    [`${theme.glyphs.up} ${rate('tx_rate')}`, 'sent'],
    [`${theme.glyphs.down} ${rate('rx_rate')}`, 'received'],
  ];
  const room = Math.max(0, height - 2);
  const above = Math.max(0, Math.floor((room - texts.length) / 2));
  const none: readonly [string, null] = ['', null];
  const filled = [...Array.from({ length: above }, () => none), ...texts].slice(0, room);
  return box(theme, [...filled, ...Array.from({ length: room - filled.length }, () => none)], width, 'good');
}

/** The remote hosts with the most connections, from the one that is shown first. */
export function remoteBoxes(model: Model, width: number, height: number): Stack {
  const { theme, texts, places, names } = model.settings;
  const arranged = arrange(model, REMOTES);
  const { selection } = listState(model, REMOTES);
  const fits = Math.max(1, Math.floor(height / BOX));
  const selected = selectedIndex(selection, arranged);
  const top = topFor(selection.top, selected, arranged.entries.length, fits);
  const lines: string[] = [];
  const labels = new Map<number, string>();
  const shown = arranged.entries.slice(top, top + fits);
  const facts = factsOf(
    model.machine,
    shown.map(({ row }) => String(row.key)),
  );
  for (const [index, { row }] of shown.entries()) {
    const { key, conns, established, processes } = row as unknown as ConnSummaryRow;
    const known = facts.get(key ?? '') ?? { protocols: '', country: null, host: null };
    const process = `${processes[0] ?? '?'}${processes.length > 1 ? ` +${processes.length - 1}` : ''} (${known.protocols})`;
    const last = places && known.country !== null ? known.country : `${texts.established} ${established}`;
    labels.set(lines.length + 2, `${conns}×`);
    const role = top + index === selected ? 'mark' : established > 0 ? 'good' : 'frame';
    lines.push(
      ...box(
        theme,
        [
          [
            `${model.machine.newRemotes.has(key ?? '') ? `${theme.glyphs.star} ` : ''}${(names ? known.host : null) ?? key ?? '?'}`,
            'strong',
          ],
          [process, null],
          [last, 'faint'],
        ],
        width,
        role,
      ),
    );
  }
  if (arranged.entries.length === 0) lines.push(line(theme, [piece(` ${whyEmpty(model)}`, 'faint')], width));
  return { lines: exactly(lines, width, height), labels };
}
