import { safeText } from '../../../core/output/safe-text.ts';
import { widthOf, wrap } from '../../../core/output/text-width.ts';
import { plainNumerals } from '../../../core/output/units.ts';
import { packetTone } from '../../../core/packet/packet-tone.ts';
import type { PacketRow, PacketSeverity } from '../../../core/record/tables/packet.ts';
import { cell, exactly, line, type Piece, piece } from '../../../core/screen/cells.ts';
import { paint, type Role } from '../../../core/screen/theme.ts';
import type { Model } from '../model/model.ts';
import { countOf, shownLines, whyEnded, whyNoPackets } from '../model/packets-update.ts';
import { fill } from '../texts/fill.ts';
import { type PacketColumn, packetColumns } from './packet-columns.ts';

const ROLES: Readonly<Record<PacketSeverity, Role | null>> = {
  error: 'bad',
  warn: 'notice',
  note: null,
  chat: 'faint',
};

/** The list of packets: a line of headings, and those that are shown. Only these have records made. */
export function packetsView(model: Model, width: number, height: number, hasFocus: boolean): readonly string[] {
  const { theme, texts } = model.settings;
  const { look, filter, marks, until } = model.packets;
  const room = Math.max(0, height - 1);
  const { count, top, selected } = shownLines(model, room);
  const rows = look === null ? [] : look.rows(top, Math.min(count, top + room));
  const columns = packetColumns(model, width, rows);
  const head = headings(model, columns, width);
  if (look === null || count === 0) {
    const text =
      look === null
        ? whyNoPackets(model)
        : look.isSearching
          ? texts.packetsSearching
          : filter === null
            ? until === null
              ? texts.packetsNone
              : texts.packetsNoneThen
            : fill(texts.packetsNoMatch, { filter });
    const said = wrap(safeText(text), width - 2).map((part) => line(theme, [piece(` ${part}`, 'faint')], width));
    return exactly([head, ...said], width, height);
  }
  const lines = rows.map((row, index) => {
    const over = top + index !== selected ? null : hasFocus ? 'selected' : 'unfocused';
    if (row === null) return line(theme, [piece(`  ${texts.packetGone}`, 'faint')], width, over);
    return rowLine(model, columns, row, marks.has(row.number), width, over);
  });
  return exactly([head, ...lines], width, height);
}

function headings(model: Model, columns: readonly PacketColumn[], width: number): string {
  const { theme } = model.settings;
  const { ellipsis } = theme.glyphs;
  const cells = columns.map(({ heading, width: own, align }) => cell(heading, own, align, ellipsis));
  const text = `  ${cells.join(' ')} `;
  return paint(theme, 'heading', cell(`${text}INFO`, width, 'left', ellipsis));
}

function rowLine(
  { settings: { theme } }: Model,
  columns: readonly PacketColumn[],
  row: PacketRow,
  isMarked: boolean,
  width: number,
  over: Role | null,
): string {
  const { error, warn, note, star, ellipsis } = theme.glyphs;
  const marks: Readonly<Record<PacketSeverity, string>> = { error, warn, note, chat: ' ' };
  const mark = row.severity === null ? ' ' : marks[row.severity];
  const tone = over === null ? packetTone(row.expert) : null;
  const cells = columns.map(({ write, width: own, align }) => cell(write(row), own, align, ellipsis)).join(' ');
  const used = 3 + widthOf(cells);
  const rest = ` ${cells} ${cell(row.info, width - used, 'left', ellipsis)}`.slice(1);
  const pieces = [
    piece(isMarked ? star : ' ', 'found'),
    piece(mark, row.severity === null ? null : ROLES[row.severity]),
    piece(rest, tone),
  ];
  return line(theme, pieces, width, over);
}

/** What stands beside the title: counts, bookmarks and filters. */
export function packetsHeadline(model: Model): readonly Piece[] {
  const { theme, texts } = model.settings;
  const { look, filter, bpf, file, marks, selected, until } = model.packets;
  if (look === null) return [];
  const counts =
    filter === null
      ? String(look.held)
      : fill(texts.packetsOf, { count: countOf(look, plainNumerals), held: look.held });
  const lost = look.seen > look.held ? `  ${fill(texts.packetsSeen, { count: look.held, seen: look.seen })}` : '';
  const pieces: Piece[] = [piece(` ${counts}`)];
  if (marks.size > 0) pieces.push(piece(` ${theme.glyphs.star}${marks.size}`, 'found'));
  if (look.isSearching) pieces.push(piece(`  ${texts.packetsSearching}`, 'mark'));
  if (filter !== null) pieces.push(piece(`  ${texts.filter}: `, 'faint'), piece(filter, 'found'));
  if (bpf !== null) pieces.push(piece(`  ${texts.captureFilter}: `, 'faint'), piece(bpf));
  // the name of a file stands at the right
  const ended = whyEnded(model);
  if (ended !== null) pieces.push(piece(`  ${safeText(ended)}`, 'bad'));
  else if (file === null && selected === null && until === null)
    pieces.push(piece(`  ${theme.glyphs.down} ${texts.packetsFollow}`, 'faint'));
  if (lost !== '') pieces.push(piece(lost, 'faint'));
  return pieces;
}
