import { formatMillis, formatPercent } from '../../output/units.ts';
import {
  type HandshakeHistogramRow,
  type HandshakeRow,
  handshake,
  handshakeHistogram,
} from '../../record/tables/handshake.ts';
import { rangeBars } from '../charts/range-bars.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { ReportSection } from '../section.ts';
import { asTheyCome, largest, TopRows } from '../top-rows.ts';

const MOST = 15;
/** The row of the histogram for all of them. */
const ALL = 'all';

export const handshakesSection: ReportSection = {
  title: 'TCP handshakes',
  tables: [handshake, handshakeHistogram],
  open() {
    const slowest = new TopRows(MOST, largest('total_ms'));
    const failed = new TopRows(MOST, asTheyCome);
    const ranges: HandshakeHistogramRow[] = [];
    return {
      add(row, { type }) {
        if (type === handshakeHistogram.type) {
          ranges.push(row as HandshakeHistogramRow);
          return;
        }
        const { outcome, total_ms } = row as HandshakeRow;
        if (outcome === 'refused' || outcome === 'unanswered') failed.add(row);
        else if (total_ms !== null) slowest.add(row);
      },
      view(look) {
        const { numerals } = look;
        const all = ranges.find(({ bucket }) => bucket === ALL);
        const isEmpty = (all?.count ?? 0) === 0 && slowest.count === 0 && failed.count === 0;
        if (isEmpty) return none('No connection was opened.');
        const bars = ranges
          .filter(({ bucket }) => bucket !== ALL)
          .map(({ bucket, count, pct }) => ({
            label: bucket,
            count,
            says: count === 0 ? '0' : `${numerals(count, 0)} · ${formatPercent(pct, numerals)}`,
            tone: 'a',
          }));
        const known = all?.median_ms ?? null;
        const middle =
          all === undefined || known === null
            ? ''
            : ` Half took no longer than ${formatMillis(known, numerals)}, 95 % no longer than ${formatMillis(all.p95_ms ?? 0, numerals)}.`;
        const picture =
          bars.length === 0
            ? null
            : figure(
                {
                  title: 'Time from SYN to ACK',
                  description: `${bars.map(({ label, says }) => `${label}: ${says}`).join('; ')}.${middle}`,
                  draw: (width) => rangeBars(bars, width),
                },
                look,
              );
        const table = dataTable({
          table: handshakeHistogram,
          rows: ranges,
          caption: 'The distribution in numbers',
          numerals,
          fields: ['bucket', 'count', 'pct', 'median_ms', 'p95_ms'],
        });
        const rows = (top: TopRows, which: string) =>
          dataTable({
            table: handshake,
            rows: top.rows(),
            caption: countOf(top, 'handshake', which, numerals),
            numerals,
          });
        return markup`${all === undefined ? null : outcomes(all, numerals)}<div class="pair">${picture}<div>${table}</div></div>
${slowest.count === 0 ? null : markup`<h3>The slowest</h3>\n${rows(slowest, 'that took longest')}`}
${failed.count === 0 ? null : markup`<h3>Refused or unanswered</h3>\n${rows(failed, 'that came first')}`}`;
      },
    };
  },
};

const OUTCOMES = [
  ['count', 'complete'],
  ['refused', 'refused'],
  ['unanswered', 'unanswered'],
  ['incomplete', 'incomplete'],
] as const;

const outcomes = (all: HandshakeHistogramRow, numerals: (value: number, digits: number) => string) =>
  markup`<dl class="figures small">${OUTCOMES.map(([name, says]) => markup`<div><dd>${numerals(all[name] ?? 0, 0)}</dd><dt>${says}</dt></div>`)}</dl>\n`;
