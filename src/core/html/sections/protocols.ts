import { formatNumberOf } from '../../output/units.ts';
import { type ProtocolRow, protocol } from '../../record/tables/protocol.ts';
import { protocolIcicle } from '../charts/protocol-icicle.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { ReportSection } from '../section.ts';
import { largest, TopRows } from '../top-rows.ts';

/** Paths in the table; the others have fewer packets. */
const MOST = 60;

export const protocolsSection: ReportSection = {
  title: 'Protocols',
  tables: [protocol],
  open() {
    // a path has no more packets than its parent, which comes before it: parents are not left out before their children
    const top = new TopRows(MOST, largest('packets'));
    const places = new Map<string, number>();
    return {
      add(row) {
        top.add(row);
      },
      view(look) {
        const kept = top.rows() as readonly ProtocolRow[];
        if (kept.length === 0) return none('No packet was dissected.');
        const rows = inTree(kept, places);
        const picture = figure(
          {
            title: 'Packets by protocol, from the link on the left to applications on the right',
            description: `Each box is a path of protocols, as high as its share of the packets. ${sharesOf(rows)}`,
            draw: (width) => protocolIcicle(rows, look.numerals, width),
            isWide: true,
          },
          look,
        );
        const caption = countOf(top, 'path', 'with the most packets', look.numerals);
        return markup`${picture}${dataTable({ table: protocol, rows, caption, numerals: look.numerals })}`;
      },
    };
  },
};

/** Parents before their children, and of siblings the largest first. */
function inTree(rows: readonly ProtocolRow[], places: Map<string, number>): readonly ProtocolRow[] {
  for (const [place, { path }] of rows.entries()) places.set(path, place);
  const keyOf = ({ path }: ProtocolRow): readonly number[] => {
    const names = path.split('/');
    return names.map((_, at) => places.get(names.slice(0, at + 1).join('/')) ?? rows.length);
  };
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => {
    for (let at = 0; at < Math.min(a.key.length, b.key.length); at++)
      if (a.key[at] !== b.key[at]) return a.key[at]! - b.key[at]!;
    return a.key.length - b.key.length;
  });
  return keyed.map(({ row }) => row);
}

/** The largest paths that nothing is below, in words. */
function sharesOf(rows: readonly ProtocolRow[]): string {
  const leaves = rows.filter(({ path }) => !rows.some((other) => other.path.startsWith(`${path}/`)));
  const largestOf = [...leaves].sort((a, b) => b.packets - a.packets).slice(0, 5);
  return `${largestOf.map(({ path, packets }) => `${path} has ${formatNumberOf(packets, 'packet')}`).join(', ')}.`;
}
