import { formatMillis, formatNumberOf, formatPercent, type Numerals, UNKNOWN } from '../../output/units.ts';
import type { AnyRow } from '../../record/table.ts';
import { type ProbeOutageRow, probeOutage } from '../../record/tables/probe-outage.ts';
import { type ProbeReportRow, probeReport } from '../../record/tables/probe-report.ts';
import { availabilityStrips } from '../charts/availability-strips.ts';
import { roundTrips } from '../charts/round-trips.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { Look, ReportSection } from '../section.ts';
import { nameOf, periodOf, spansOf, type TargetHistory } from '../target-history.ts';
import { TopRows } from '../top-rows.ts';

/** Targets with a picture of their own, and those in the overview. */
const PICTURED = 16;
const LISTED = 100;
/** Spans of a picture, and rows of the tables of a target. */
const DRAWN = 340;
const WORST = 12;
const OUTAGES = 12;

const OVERVIEW = [
  'target',
  'kind',
  'availability_pct',
  'loss_pct',
  'rtt_p50_ms',
  'rtt_p95_ms',
  'rtt_max_ms',
  'outages',
  'outage_s',
  'longest_outage_s',
  'rounds',
];
const SPAN = ['time', 'availability_pct', 'loss_pct', 'rtt_p50_ms', 'rtt_p95_ms', 'rtt_max_ms', 'outages', 'outage_s'];
const OUTAGE = ['time', 'until', 'outage_s', 'rounds', 'detail'];

export const probesSection: ReportSection = {
  title: 'Targets',
  tables: [probeReport, probeOutage],
  open() {
    const histories = new Map<string, TargetHistory>();
    const of = ({ target, kind, host }: AnyRow): TargetHistory => {
      const key = JSON.stringify([target, kind, host]);
      const known = histories.get(key);
      if (known !== undefined) return known;
      const made: TargetHistory = {
        target: String(target),
        kind: String(kind),
        host: typeof host === 'string' ? host : null,
        rows: [],
        outages: [],
        total: null,
      };
      histories.set(key, made);
      return made;
    };
    return {
      add(row, { type }) {
        const history = of(row);
        if (type === probeOutage.type) history.outages.push(row as ProbeOutageRow);
        else if (row.span === 'total') history.total = row as ProbeReportRow;
        else history.rows.push(row as ProbeReportRow);
      },
      view: (look) => viewOf([...histories.values()].sort(byTrouble), look),
    };
  },
};

/** The least available first. */
function byTrouble(a: TargetHistory, b: TargetHistory): number {
  const [left, right] = [a, b].map(({ total }) => total?.availability_pct ?? 100) as [number, number];
  return left - right || (b.total?.loss_pct ?? 0) - (a.total?.loss_pct ?? 0);
}

function viewOf(histories: readonly TargetHistory[], look: Look): Markup {
  const { numerals } = look;
  if (histories.length === 0) return none('No round of probes falls into that time.');
  const totals = histories.flatMap((history) =>
    history.total === null ? [] : [{ ...history.total, target: nameOf(history) }],
  );
  const overview = dataTable({
    table: probeReport,
    rows: totals.slice(0, LISTED),
    fields: OVERVIEW,
    caption:
      totals.length > LISTED
        ? `The ${LISTED} least available targets, of ${numerals(totals.length, 0)}`
        : 'All of the time, the least available target first',
    numerals,
  });
  const pictured = histories.filter(({ rows }) => rows.length > 0).slice(0, PICTURED);
  const left = histories.length - pictured.length;
  const period = periodOf(pictured);
  const strips = pictured.map((history) => ({
    label: nameOf(history),
    says: availabilityOf(history.total, numerals),
    spans: spansOf(history, DRAWN),
  }));
  const picture =
    pictured.length === 0
      ? null
      : figure(
          {
            title: 'Availability over time',
            description: `${strips.map(({ label, says }) => `${label}: ${says}`).join('; ')}.`,
            draw: (width) => availabilityStrips(strips, period, width),
            legend: [
              { tone: 'good', says: 'answered' },
              { tone: 'bad', says: 'share of the time it was down' },
              { tone: 'track', says: 'not known' },
            ],
            isWide: true,
          },
          look,
        );
  const others =
    left > 0 ? none(`${numerals(left, 0)} other targets were more available, and have no picture here.`) : null;
  return markup`${picture}${overview}${others}${pictured.map((history) => targetView(history, period, look))}`;
}

const availabilityOf = (total: ProbeReportRow | null, numerals: Numerals): string =>
  total === null || total.availability_pct === null ? UNKNOWN : `${numerals(total.availability_pct, 3)} %`;

function timesOf({ rtt_p50_ms: median, rtt_p95_ms: most }: ProbeReportRow, numerals: Numerals): readonly string[] {
  if (median === null || most === null) return ['no answer'];
  return [`median ${formatMillis(median, numerals)}`, `95 % within ${formatMillis(most, numerals)}`];
}

function targetView(
  history: TargetHistory,
  period: { readonly from: number; readonly until: number },
  look: Look,
): Markup {
  const { numerals } = look;
  const { kind, total, outages } = history;
  const target = nameOf(history);
  const spans = spansOf(history, DRAWN);
  const downs = outages.map(({ time, outage_s }) => {
    const from = Date.parse(time);
    return { from, until: from + outage_s * 1000 };
  });
  const says =
    total === null
      ? 'What the filter left of this target.'
      : [
          `Available ${availabilityOf(total, numerals)} of the time`,
          `loss ${total.loss_pct === null ? UNKNOWN : formatPercent(total.loss_pct, numerals)}`,
          ...timesOf(total, numerals),
          `${formatNumberOf(outages.length, 'outage')}.`,
        ].join(', ');
  const picture = figure(
    {
      title: `Times to an answer and loss: ${target}`,
      description: says,
      draw: (width) => roundTrips(spans, downs, period, numerals, width),
      legend: [
        { tone: 'a', says: 'median' },
        { tone: 'b', says: '95th percentile' },
        { tone: 'bad', says: 'loss' },
        { tone: 'outage', says: 'down' },
      ],
      isWide: true,
    },
    look,
  );
  const worst = new TopRows(WORST, worse);
  for (const row of history.rows) worst.add(row);
  const rows = [...worst.rows()].sort((a, b) => (String(a.time) < String(b.time) ? -1 : 1));
  const noun = history.rows[0]?.span ?? 'span';
  const spanTable = dataTable({
    table: probeReport,
    rows,
    fields: SPAN,
    caption: countOf(worst, noun, 'that were worst', numerals),
    numerals,
  });
  const longest = new TopRows(OUTAGES, (a, b) => Number(b.outage_s) - Number(a.outage_s));
  for (const row of outages) longest.add(row);
  const outageTable = dataTable({
    table: probeOutage,
    rows: longest.rows(),
    fields: OUTAGE,
    caption: countOf(longest, 'outage', 'that lasted longest', numerals),
    numerals,
  });
  return markup`<h3>${target} <small>${kind}</small></h3>
<p class="says">${says}</p>
${picture}${outageTable ?? none('It was never down.')}${spanTable}`;
}

/** The least available first, then what lost most, then the slowest. */
function worse(a: AnyRow, b: AnyRow): number {
  const number = (value: unknown, absent: number): number => (typeof value === 'number' ? value : absent);
  return (
    number(a.availability_pct, 101) - number(b.availability_pct, 101) ||
    number(b.loss_pct, -1) - number(a.loss_pct, -1) ||
    number(b.rtt_p95_ms, -1) - number(a.rtt_p95_ms, -1)
  );
}
