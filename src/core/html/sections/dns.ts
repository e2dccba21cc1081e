import { formatPercent } from '../../output/units.ts';
import { type DnsQueryRow, dnsQuery } from '../../record/tables/dns-query.ts';
import { HANDSHAKE_BUCKETS_MS } from '../../record/tables/handshake.ts';
import { type RangeBar, rangeBars } from '../charts/range-bars.ts';
import { dataTable, plainTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { ReportSection } from '../section.ts';
import { asTheyCome, largest, TopRows } from '../top-rows.ts';

const MOST = 15;
/** Answer codes that are counted; strangers choose them. */
const MOST_CODES = 40;
const NO_ANSWER = 'no answer';

/** Shown as those of handshakes are: milliseconds. */
const RANGES = HANDSHAKE_BUCKETS_MS.map((from, at) => ({ from, to: HANDSHAKE_BUCKETS_MS[at + 1] ?? null }));

export const dnsSection: ReportSection = {
  title: 'DNS',
  tables: [dnsQuery],
  open() {
    const slowest = new TopRows(MOST, largest('latency_ms'));
    const failed = new TopRows(MOST, asTheyCome);
    const codes = new Map<string, number>();
    const ranges = RANGES.map(() => 0);
    let unanswered = 0;
    let count = 0;
    return {
      add(row) {
        const { latency_ms, rcode } = row as DnsQueryRow;
        count++;
        if (latency_ms !== null) {
          slowest.add(row);
          ranges[RANGES.findLastIndex(({ from }) => latency_ms >= from)]!++;
        } else if (rcode === null) unanswered++;
        if (rcode !== 'NOERROR') failed.add(row);
        const code = rcode ?? NO_ANSWER;
        if (codes.size < MOST_CODES || codes.has(code)) codes.set(code, (codes.get(code) ?? 0) + 1);
      },
      view(look) {
        const { numerals } = look;
        if (count === 0) return none('There were no DNS queries.');
        const bars: RangeBar[] = RANGES.map(({ from, to }, at) => ({
          label: to === null ? `${from} ms +` : from === 0 ? `< ${to} ms` : `${from}–${to} ms`,
          count: ranges[at]!,
          says: numerals(ranges[at]!, 0),
          tone: 'a',
        }));
        bars.push({ label: NO_ANSWER, count: unanswered, says: numerals(unanswered, 0), tone: 'bad' });
        const picture = figure(
          {
            title: 'Time from query to answer',
            description: `${bars.map(({ label, says }) => `${label}: ${says}`).join('; ')}.`,
            draw: (width) => rangeBars(bars, width),
          },
          look,
        );
        const share = (of: number): string => formatPercent((100 * of) / count, numerals);
        const named = [...codes].sort((a, b) => b[1] - a[1]);
        const table = plainTable(
          'Answers by their code',
          ['RCODE', 'QUERIES', 'SHARE'],
          named.map(([code, of]) => [code, numerals(of, 0), share(of)]),
        );
        const times = plainTable(
          'The times in numbers',
          ['LATENCY', 'QUERIES', 'SHARE'],
          bars.map(({ label, says, count: of }) => [label, says, share(of)]),
        );
        const rows = (top: TopRows, which: string) =>
          dataTable({
            table: dnsQuery,
            rows: top.rows(),
            caption: countOf(top, 'query', which, numerals, 'queries'),
            numerals,
          });
        return markup`<div class="pair">${picture}<div>${times}${table}</div></div>
${slowest.count === 0 ? null : markup`<h3>The slowest</h3>\n${rows(slowest, 'that took longest')}`}
${failed.count === 0 ? null : markup`<h3>Failed or not answered</h3>\n${rows(failed, 'that came first')}`}`;
      },
    };
  },
};
