import { formatMillis } from '../../../core/output/units.ts';
import { HANDSHAKE_BUCKETS_MS, type HandshakeHistogramRow } from '../../../core/record/tables/handshake.ts';
import { beside, exactly, line, type Piece, piece, rule, widthOfPieces } from '../../../core/screen/cells.ts';
import { NOT_KNOWN } from '../../../core/screen/columns.ts';
import { arrange } from '../model/arranged.ts';
import type { ListPlace, ListSpec } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import type { Tab } from '../model/tab.ts';
import { fill } from '../texts/fill.ts';
import { countText, listTitle, listView, sectionTitle } from '../views/list-view.ts';
import { HISTOGRAM, MESSAGES, NONE, PROTOCOLS } from './stats-lists.ts';

/** Lists before those of messages. */
const BEFORE_MESSAGES = 2;

/** Where there is no room for all lists of messages, the one that had the focus last is shown. */
const messagesShown = (model: Model): ListSpec => MESSAGES[(model.focus.stats ?? 0) - BEFORE_MESSAGES] ?? MESSAGES[0]!;

/** Lines of a title and of headings, and how many rows of messages are worth a list. */
const HEAD = 2;
const LEAST_ROWS = 3;
/** Ranges of the histogram, and lines for what is said of all of it. */
const RANGES = HANDSHAKE_BUCKETS_MS.length;
const SUMMARY = 3;
/** The narrowest panel that has room for bars. */
const HISTOGRAM_WIDTH = 34;

interface Shares {
  readonly upper: number;
  readonly left: number;
  /** Lines of the lists of messages that are shown. */
  readonly messages: ReadonlyMap<ListSpec, number>;
}

function shares(model: Model, width: number, height: number): Shares {
  const wanted = Math.max(HEAD + RANGES + SUMMARY, HEAD + arrange(model, PROTOCOLS).entries.length);
  const upper = Math.max(
    1,
    Math.min(wanted, Math.max(Math.floor(height * 0.6), HEAD + RANGES + SUMMARY), height - HEAD - LEAST_ROWS),
  );
  const right = Math.min(Math.floor(width / 2), Math.max(HISTOGRAM_WIDTH, Math.floor(width * 0.4)));
  return { upper, left: width - right, messages: messageShares(model, height - upper) };
}

/** All lists of messages below each other where there is room; each has what it needs, as long as there is. */
function messageShares(model: Model, height: number): ReadonlyMap<ListSpec, number> {
  const least = HEAD + LEAST_ROWS;
  if (height < MESSAGES.length * least) return new Map([[messagesShown(model), height]]);
  const lines = new Map(MESSAGES.map((list) => [list, least]));
  let left = height - MESSAGES.length * least;
  for (let isGrowing = true; isGrowing && left > 0; ) {
    isGrowing = false;
    for (const list of MESSAGES) {
      if (left === 0 || lines.get(list)! >= HEAD + arrange(model, list).entries.length) continue;
      lines.set(list, lines.get(list)! + 1);
      left--;
      isGrowing = true;
    }
  }
  const last = MESSAGES.at(-1)!;
  lines.set(last, lines.get(last)! + left);
  return lines;
}

export const stats: Tab = {
  name: 'stats',
  title: 'stats',
  shortTitle: 'statsShort',
  lists: [PROTOCOLS, HISTOGRAM, ...MESSAGES],
  headline(model) {
    const [frames] = (model.machine.statistics.get('protocol') ?? []).filter(({ depth }) => depth === 1);
    return [
      piece(
        frames === undefined
          ? ''
          : `  ${fill(model.settings.texts.packetsCounted, { count: model.settings.numerals(Number(frames.packets), 0) })}`,
        'faint',
      ),
    ];
  },
  view(model, width, height) {
    const { upper, left, messages } = shares(model, width, height);
    const focus = model.focus.stats ?? 0;
    const protocols = [
      listTitle(model, PROTOCOLS, left, focus === 0),
      ...listView(model, PROTOCOLS, left, upper - 1, focus === 0),
    ];
    const isAlone = messages.size === 1;
    return [
      ...beside(
        exactly(protocols, left, upper),
        exactly(histogramView(model, width - left, upper, focus === 1), width - left, upper),
      ),
      ...[...messages].flatMap(([list, lines]) => {
        const hasFocus = focus === BEFORE_MESSAGES + MESSAGES.indexOf(list);
        const title = isAlone ? messagesTitle(model, list, width, hasFocus) : listTitle(model, list, width, hasFocus);
        return [title, ...listView(model, list, width, lines - 1, hasFocus)];
      }),
    ];
  },
  place(list, model, width, height): ListPlace | null {
    const { upper, left, messages } = shares(model, width, height);
    if (list === PROTOCOLS) return { row: HEAD, column: 0, width: left, height: upper - HEAD };
    if (list === HISTOGRAM)
      return { row: HEAD, column: left, width: width - left, height: Math.min(RANGES, upper - HEAD) };
    let row = upper;
    for (const [shown, lines] of messages) {
      if (shown === list) return { row: row + HEAD, column: 0, width, height: lines - HEAD };
      row += lines;
    }
    return null;
  },
  keys: [],
};

/** The line over the list of messages that is shown, with the others that Tab goes to. */
function messagesTitle(model: Model, shown: ListSpec, width: number, hasFocus: boolean): string {
  const { theme, texts } = model.settings;
  const names = MESSAGES.flatMap((list, index) => [
    piece(index === 0 ? '' : `  ${theme.glyphs.vertical}  `, 'frame'),
    piece(texts[list.title], list !== shown ? 'faint' : hasFocus ? 'title' : 'heading'),
    piece(` ${countText(model, list, list !== shown)}`, list === shown ? null : 'faint'),
  ]);
  return rule(theme, names, width);
}

/** How long handshakes took: how many in which range, and then all of them together. */
function histogramView(model: Model, width: number, height: number, hasFocus: boolean): readonly string[] {
  const { texts, numerals } = model.settings;
  const rows = (model.machine.statistics.get('handshake_histogram') ?? NONE) as readonly HandshakeHistogramRow[];
  const all = rows.find(({ bucket }) => bucket === 'all');
  const title = sectionTitle(
    model,
    texts.handshakes,
    all === undefined ? '' : ` ${numerals(all.count, 0)}`,
    width,
    hasFocus,
  );
  const lines = Math.max(0, Math.min(1 + RANGES, height - 1));
  const list = listView(model, HISTOGRAM, width, lines, hasFocus);
  return [title, ...list, ...(all === undefined ? [] : summaryLines(model, all, width))];
}

function summaryLines(
  { settings: { theme, numerals, texts } }: Model,
  all: HandshakeHistogramRow,
  width: number,
): readonly string[] {
  const fact = (name: string, text: string): readonly Piece[] => [piece(` ${name} `, 'faint'), piece(`${text} `)];
  const millis = (name: string, value: number | null): readonly Piece[] =>
    fact(name, value === null ? NOT_KNOWN : formatMillis(value, numerals));
  // how many handshakes came to nothing, where any did
  const count = (name: string, value: number | null): readonly (readonly Piece[])[] =>
    value === null || value === 0 ? [] : [fact(name, numerals(value, 0))];
  const facts = [
    millis(texts.least, all.min_ms),
    millis(texts.mean, all.avg_ms),
    millis(texts.median, all.median_ms),
    millis('p95', all.p95_ms),
    millis(texts.most, all.max_ms),
    ...count(texts.refused, all.refused),
    ...count(texts.unanswered, all.unanswered),
    ...count(texts.incomplete, all.incomplete),
  ];
  const lines: Piece[][] = [[]];
  for (const pieces of facts) {
    if (widthOfPieces([...lines.at(-1)!, ...pieces]) > width && lines.at(-1)!.length > 0) lines.push([]);
    lines.at(-1)!.push(...pieces);
  }
  return lines.map((pieces) => line(theme, pieces, width));
}
