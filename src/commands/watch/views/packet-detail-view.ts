import { safeText } from '../../../core/output/safe-text.ts';
import { formatMillis } from '../../../core/output/units.ts';
import type { DecodedLine } from '../../../core/packet/packet-decode.ts';
import type { LayerSpan, PacketDetail } from '../../../core/packet/packet-detail.ts';
import { exactly, line, type Piece, piece, rule } from '../../../core/screen/cells.ts';
import { topFor } from '../../../core/screen/selection.ts';
import type { Role } from '../../../core/screen/theme.ts';
import type { Model } from '../model/model.ts';
import { selectedPacket } from '../model/packets-update.ts';
import { fill } from '../texts/fill.ts';

/** A line of the tree that is shown. */
export interface TreeLine {
  readonly line: DecodedLine;
  /** What is folded by it; null for a line that has nothing below. */
  readonly folds: string | null;
  readonly isFolded: boolean;
}

const INDENT = 2;
const BYTES_A_LINE = 16;

/** All that is in the selected packet, and, where they are wanted, the places of its addresses; null without one. */
export function selectedDetail(model: Model): PacketDetail | null {
  const number = selectedPacket(model);
  const detail = number === null ? null : (model.packets.look?.detail(number) ?? null);
  if (detail === null || !model.settings.places) return detail;
  return { ...detail, lines: [...detail.lines, ...placeLines(model, detail)] };
}

/** In brackets, as what no byte of a packet says. */
function placeLines({ packets: { look }, settings: { texts } }: Model, { row }: PacketDetail): readonly DecodedLine[] {
  const of = (text: string, address: string | null): readonly DecodedLine[] => {
    if (address === null) return [];
    const { city, country, asn, org } = look!.placeOf(address);
    const network = [asn === null ? null : `AS${asn}`, org].filter((one) => one !== null).join(' ');
    const place = [city, country, network].filter((one) => one !== null && one !== '').join(', ');
    return place === '' ? [] : [{ depth: 0, layer: -1, text: safeText(fill(text, { address, place })) }];
  };
  return [...of(texts.packetSourcePlace, row.src), ...of(texts.packetDestinationPlace, row.dst)];
}

/** The lines of a packet's layers without those that are folded. A layer is unfolded in all packets, by its name. */
export function treeLines({ lines }: PacketDetail, unfolded: ReadonlySet<string>): readonly TreeLine[] {
  const shown: TreeLine[] = [];
  let hides = false;
  for (const [index, one] of lines.entries()) {
    if (one.depth > 0 && hides) continue;
    const hasMore = (lines[index + 1]?.depth ?? 0) > one.depth;
    const folds = one.depth === 0 && hasMore ? nameOf(one.text) : null;
    hides = folds !== null && !unfolded.has(folds);
    shown.push({ line: one, folds, isFolded: hides });
  }
  return shown;
}

/** The line that is selected: that of the innermost layer until another one is. */
export function selectedTreeLine({ packets: { line } }: Model, tree: readonly TreeLine[]): number {
  if (line !== null) return Math.min(line, tree.length - 1);
  return Math.max(
    0,
    tree.findLastIndex(({ line: { depth, layer } }) => depth === 0 && layer >= 0),
  );
}

/** The name of a layer without what is said of this one: `Frame 12: …`, `Transmission Control Protocol (tcp)`. */
const nameOf = (text: string): string => text.replace(/^(Frame) .*/, '$1');

/** Layers and fields of the selected packet under a title. */
export function packetDetailView(model: Model, width: number, height: number, hasFocus: boolean): readonly string[] {
  const { theme, texts } = model.settings;
  const number = selectedPacket(model);
  const detail = selectedDetail(model);
  const title = [piece(texts.packetLayers, hasFocus ? 'title' : 'heading'), ...aboutPacket(model, number)];
  const head = rule(theme, title, width);
  if (detail === null) {
    const text = number === null ? '' : texts.packetGone;
    return exactly([head, line(theme, [piece(` ${text}`, 'faint')], width)], width, height);
  }
  const tree = treeLines(detail, model.packets.unfolded);
  const room = Math.max(0, height - 1);
  const selected = selectedTreeLine(model, tree);
  const top = topFor(0, selected, tree.length, room);
  const lines = tree.slice(top, top + room).map(({ line: one, folds, isFolded }, index) => {
    const mark = folds === null ? ' ' : isFolded ? theme.glyphs.folded : theme.glyphs.unfolded;
    const isSelected = top + index === selected;
    const over = isSelected ? (hasFocus ? 'selected' : 'unfocused') : null;
    const text = `${' '.repeat(one.depth * INDENT)}${mark} ${one.text}`;
    const role = one.depth > 0 ? null : one.text.startsWith('[') ? 'faint' : 'strong';
    return line(theme, [piece(text, role)], width, over);
  });
  return exactly([head, ...lines], width, height);
}

/** Its number, and how long the handshake of its connection took. */
function aboutPacket(model: Model, number: number | null): readonly Piece[] {
  if (number === null) return [];
  const { texts, numerals } = model.settings;
  const { total, first, second } = model.packets.look!.handshakeOf(number);
  const millis = (value: number | null): string => (value === null ? '?' : formatMillis(value, numerals));
  const said = [piece(` ${number}`)];
  if (first === null && total === null) return said;
  const times = { total: millis(total), first: millis(first), second: millis(second) };
  return [...said, piece(`  ${fill(texts.handshakeTimes, times)}`, 'faint')];
}

/** The layer of the selected line of the tree; null for the frame. */
function selectedLayer(model: Model, detail: PacketDetail): LayerSpan | null {
  const tree = treeLines(detail, model.packets.unfolded);
  const layer = tree[selectedTreeLine(model, tree)]?.line.layer ?? -1;
  return layer < 0 ? null : (detail.layers[layer] ?? null);
}

/** How many lines the bytes take that are shown of the selected packet. */
function hexLineCount(model: Model): number {
  const detail = selectedDetail(model);
  if (detail === null) return 0;
  const bytes = detail.buffers[selectedLayer(model, detail)?.buffer ?? 0]!;
  return Math.ceil(bytes.length / BYTES_A_LINE);
}

/** The first of these lines that is shown. */
export function hexTopOf(model: Model, room: number): number {
  const { hexTop } = model.packets;
  const count = hexLineCount(model);
  if (hexTop !== null) return Math.max(0, Math.min(hexTop, count - room));
  const detail = selectedDetail(model);
  const layer = detail === null ? null : selectedLayer(model, detail);
  return Math.max(0, Math.min(Math.floor((layer?.start ?? 0) / BYTES_A_LINE), count - room));
}

/** The bytes of the selected packet, those of the selected layer marked, under a title. */
export function packetHexView(model: Model, width: number, height: number, hasFocus: boolean): readonly string[] {
  const { theme, texts } = model.settings;
  const detail = selectedDetail(model);
  const layer = detail === null ? null : selectedLayer(model, detail);
  const buffer = layer?.buffer ?? 0;
  const bytes = detail?.buffers[buffer] ?? new Uint8Array(0);
  const name = buffer === 0 ? texts.packetBytes : fill(texts.packetReassembled, { count: bytes.length });
  const head = rule(theme, [piece(name, hasFocus ? 'title' : 'heading')], width);
  const room = Math.max(0, height - 1);
  const top = hexTopOf(model, room);
  const lines: string[] = [];
  for (let at = top * BYTES_A_LINE; at < bytes.length && lines.length < room; at += BYTES_A_LINE)
    lines.push(line(theme, hexPieces(bytes, at, layer), width));
  return exactly([head, ...lines], width, height);
}

/** Offset, 16 bytes in hexadecimal and as ASCII. */
function hexPieces(bytes: Uint8Array, at: number, layer: LayerSpan | null): readonly Piece[] {
  const end = Math.min(bytes.length, at + BYTES_A_LINE);
  const roleAt = (index: number): Role | null =>
    layer !== null && index >= layer.start && index < layer.end ? 'selected' : null;
  const runs = (write: (index: number) => string, gap: string): Piece[] => {
    const pieces: Piece[] = [];
    for (let index = at; index < end; ) {
      const role = roleAt(index);
      let text = write(index);
      let next = index + 1;
      for (; next < end && roleAt(next) === role; next++) text += gap + write(next);
      pieces.push(piece(text, role));
      if (gap !== '' && next < end) pieces.push(piece(gap));
      index = next;
    }
    return pieces;
  };
  const hex = (index: number): string => bytes[index]!.toString(16).padStart(2, '0');
  const ascii = (index: number): string => {
    const byte = bytes[index]!;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  };
  const missing = BYTES_A_LINE - (end - at);
  return [
    piece(` ${at.toString(16).padStart(4, '0')}  `, 'faint'),
    ...runs(hex, ' '),
    piece(' '.repeat(missing * 3 + 3)),
    ...runs(ascii, ''),
  ];
}
