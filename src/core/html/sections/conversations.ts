import { endpointText } from '../../net/endpoint-text.ts';
import { formatBytes, formatPercent } from '../../output/units.ts';
import { type ConversationRow, conversation } from '../../record/tables/conversation.ts';
import { labelledBars } from '../charts/labelled-bars.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { ReportSection } from '../section.ts';
import { largest, TopRows } from '../top-rows.ts';

/** Rows of the table, and bars of the picture. */
const MOST = 25;
const BARS = 10;
/** A smaller share would be written as none. */
const LEAST_SHARE = 0.1;

export const conversationsSection: ReportSection = {
  title: 'Conversations',
  tables: [conversation],
  open() {
    const top = new TopRows(MOST, largest('bytes'));
    let bytes = 0;
    return {
      add(row) {
        top.add(row);
        bytes += (row as ConversationRow).bytes;
      },
      view(look) {
        const rows = top.rows() as readonly ConversationRow[];
        const { numerals } = look;
        const [first] = rows;
        if (first === undefined) return none('There were no conversations.');
        const bars = rows.slice(0, BARS).map((row) => ({
          label: `${endpointText(row.a_addr, row.a_port)} → ${endpointText(row.b_addr, row.b_port)} ${row.app ?? row.proto}`,
          says: formatBytes(row.bytes, numerals),
          parts: [
            { value: row.a_bytes, tone: 'a' },
            { value: row.b_bytes, tone: 'd' },
          ],
        }));
        const shown = rows.reduce((sum, row) => sum + row.bytes, 0);
        const picture = figure(
          {
            title: bars.length < top.count ? `The ${bars.length} largest conversations` : 'Conversations by bytes',
            description: `Bytes both ways. The largest is ${bars[0]!.label} with ${bars[0]!.says}.`,
            draw: (width) => labelledBars(bars, width),
            legend: [
              { tone: 'a', says: 'sent by A, which began' },
              { tone: 'd', says: 'sent by B' },
            ],
            isWide: true,
          },
          look,
        );
        const share = bytes === 0 ? 100 : (100 * shown) / bytes;
        const percent =
          share < LEAST_SHARE ? `less than ${formatPercent(LEAST_SHARE, numerals)}` : formatPercent(share, numerals);
        const of = `${formatBytes(shown, numerals)}, ${percent} of the bytes of all`;
        const caption = `${countOf(top, 'conversation', 'with the most bytes', numerals)}: ${of}`;
        return markup`${picture}${dataTable({ table: conversation, rows, caption, numerals })}`;
      },
    };
  },
};
