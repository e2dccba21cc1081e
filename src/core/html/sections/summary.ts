import { formatterFor } from '../../output/units.ts';
import type { AnyRow } from '../../record/table.ts';
import { captureSummary } from '../../record/tables/capture-summary.ts';
import { factsOf } from '../data-table.ts';
import { markup } from '../markup.ts';
import type { ReportSection } from '../section.ts';

/** What stands in large figures. */
const FIGURES = [
  ['packets', 'packets'],
  ['bytes', 'on the wire'],
  ['duration_s', 'from first to last'],
  ['packet_rate', 'packets per second'],
  ['tcp_streams', 'TCP connections'],
  ['udp_streams', 'UDP conversations'],
] as const;

export const summarySection: ReportSection = {
  title: 'Summary',
  tables: [captureSummary],
  open() {
    const rows: AnyRow[] = [];
    return {
      add(row) {
        rows.push(row);
      },
      view({ numerals }) {
        const tiles = rows.map((row) => {
          const figures = FIGURES.filter(([name]) => row[name] !== null).map(
            ([name, says]) =>
              markup`<div><dd>${formatterFor(captureSummary.fields[name], numerals)(row[name])}</dd><dt>${says}</dt></div>`,
          );
          return markup`<dl class="figures">${figures}</dl>\n`;
        });
        return markup`${tiles}${rows.map((row) => factsOf(captureSummary, row, numerals))}`;
      },
    };
  },
};
