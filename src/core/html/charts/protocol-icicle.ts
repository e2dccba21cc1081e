import { scaleLinear } from 'd3-scale';
import { formatPercent, type Numerals } from '../../output/units.ts';
import type { ProtocolRow } from '../../record/tables/protocol.ts';
import { type Drawing, fitText, px, textPx } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';

const HEIGHT = 300;
/** A name in a lower box would touch its neighbours. */
const LEAST_NAMED = 13;
/** Boxes lower than this are not drawn: they would be a line. */
const LEAST_DRAWN = 0.4;

type Node = Pick<ProtocolRow, 'path' | 'proto' | 'depth' | 'packets' | 'packets_pct'>;

/** The hierarchy from left to right: a box for each path, as high as its share of the packets. */
export function protocolIcicle(rows: readonly Node[], numerals: Numerals, width: number): Drawing {
  const deepest = Math.max(1, ...rows.map(({ depth }) => depth));
  const column = width / deepest;
  const children = childrenOf(rows);
  const roots = children.get('') ?? [];
  const scale = scaleLinear([0, Math.max(1, total(roots))], [0, HEIGHT]);
  const body: Markup[] = [];
  const draw = (nodes: readonly Node[], top: number, room: number): void => {
    // layers of one packet may repeat, so that children have more than their parent
    const ratio = Math.min(1, room / Math.max(scale(total(nodes)), 1e-9));
    let y = top;
    for (const node of nodes) {
      const high = scale(node.packets) * ratio;
      if (high >= LEAST_DRAWN) body.push(boxOf(node, formatPercent(node.packets_pct, numerals), y, high, column));
      draw(children.get(node.path) ?? [], y, high);
      y += high;
    }
  };
  draw(roots, 0, HEIGHT);
  return { height: HEIGHT, body };
}

const total = (nodes: readonly Node[]): number => nodes.reduce((sum, { packets }) => sum + packets, 0);

/** The nodes directly below each path, in their order; those without a parent here are below nothing. */
function childrenOf(rows: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const known = new Set(rows.map(({ path }) => path));
  const children = new Map<string, Node[]>();
  for (const row of rows) {
    const above = row.path.slice(0, Math.max(0, row.path.lastIndexOf('/')));
    if (above !== '' && !known.has(above)) continue; // its parent was left out, which has more packets
    const siblings = children.get(above) ?? [];
    children.set(above, siblings);
    siblings.push(row);
  }
  return children;
}

function boxOf({ proto, depth }: Node, share: string, y: number, high: number, column: number): Markup {
  const x = (depth - 1) * column;
  const full = `${proto}  ${share}`;
  const room = column - 10;
  const name = high < LEAST_NAMED ? '' : textPx(full) <= room ? full : fitText(proto, room);
  const isNamed = name !== '' && name !== '…';
  return markup`<rect class="box box${Math.min(depth, 8)}" x="${px(x)}" y="${px(y)}" width="${px(column)}" height="${px(high)}"/>${isNamed ? markup`<text class="name" x="${px(x + 6)}" y="${px(y + Math.min(high / 2 + 4, 16))}">${name}</text>` : null}`;
}
