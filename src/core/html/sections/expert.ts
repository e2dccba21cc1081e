import { formatNumberOf } from '../../output/units.ts';
import type { AnyRow } from '../../record/table.ts';
import { type ExpertRow, expert, SEVERITIES } from '../../record/tables/expert.ts';
import { labelledBars } from '../charts/labelled-bars.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { ReportSection } from '../section.ts';
import { largest, TopRows } from '../top-rows.ts';

const MOST = 40;
const BARS = 10;

const rankOf = (row: AnyRow): number => (SEVERITIES as readonly string[]).indexOf(row.severity as string);
const byPackets = largest('packets');

export const expertSection: ReportSection = {
  title: 'Worth a look',
  tables: [expert],
  open() {
    const top = new TopRows(MOST, (a, b) => rankOf(a) - rankOf(b) || byPackets(a, b));
    return {
      add(row) {
        top.add(row);
      },
      view(look) {
        const { numerals } = look;
        const rows = top.rows() as readonly ExpertRow[];
        if (rows.length === 0) return none('Nothing was found that is worth a look.');
        const bars = rows.slice(0, BARS).map(({ severity, summary, packets }) => ({
          label: `${severity}: ${summary}`,
          says: numerals(packets, 0),
          parts: [{ value: packets, tone: severity }],
        }));
        const picture = figure(
          {
            title:
              bars.length < top.count ? `The ${bars.length} gravest kinds, by packets` : 'Kinds of events, by packets',
            description: `${rows
              .slice(0, BARS)
              .map(
                ({ severity, summary, packets }) => `${severity}: ${summary} in ${formatNumberOf(packets, 'packet')}`,
              )
              .join('; ')}.`,
            draw: (width) => labelledBars(bars, width),
            isWide: true,
          },
          look,
        );
        const caption = countOf(top, 'kind', 'that are gravest', numerals);
        return markup`${picture}${dataTable({ table: expert, rows, caption, numerals })}`;
      },
    };
  },
};
