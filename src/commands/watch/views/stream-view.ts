import { endpointText } from '../../../core/net/endpoint-text.ts';
import { formatBytes, formatMillis } from '../../../core/output/units.ts';
import { exactly, line, type Piece, piece, rule } from '../../../core/screen/cells.ts';
import { type StreamPages, streamPages } from '../../../core/stream/stream-pages.ts';
import type { Model } from '../model/model.ts';
import type { StreamState } from '../model/packets-state.ts';
import { fill } from '../texts/fill.ts';

/** The last pages of a stream: a frame that scrolls must not make all its lines anew. */
const made = new WeakMap<object, { readonly key: string; readonly pages: StreamPages }>();

function pagesOf({ stream, format, directions }: StreamState, width: number): StreamPages {
  const key = `${format} ${directions} ${width}`;
  const known = made.get(stream);
  if (known?.key === key) return known.pages;
  const wanted = directions === 'a' ? 0 : 1;
  const pieces = directions === 'both' ? stream.pieces : stream.pieces.filter(({ direction }) => direction === wanted);
  const pages = streamPages(pieces, format, width);
  made.set(stream, { key, pages });
  return pages;
}

/** Lines that are no part of the stream: its title, and its counts. */
const AROUND = 2;
/** Columns at the left. */
const MARGIN = 1;

/** The state with another first line, which exists. */
export function scrolled(state: StreamState, top: number, width: number, height: number): StreamState {
  const { count } = pagesOf(state, width - MARGIN);
  return { ...state, top: Math.max(0, Math.min(top, count - Math.max(1, height - AROUND))) };
}

/** What the two sides of a stream said. */
export function streamView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts, numerals } = model.settings;
  const state = scrolled(model.packets.stream!, model.packets.stream!.top, width, height);
  const { stream, directions, top } = state;
  const { row, pieces, isCut } = stream;
  const { toRight, toLeft } = theme.glyphs;
  const shown = directions === 'both' ? texts.streamBoth : directions === 'a' ? `A${toRight}B` : `B${toRight}A`;
  const ends = `${endpointText(row.a_addr, row.a_port)} ${toLeft}${toRight} ${endpointText(row.b_addr, row.b_port)}`;
  const room = Math.max(0, height - AROUND);
  const pages = pagesOf(state, width - MARGIN);
  const lines = pages.lines(top, Math.min(pages.count, top + room)).map(({ direction, text }) => {
    const written =
      theme.name === 'ascii' ? text.replace(/^[→←]/, (arrow) => (arrow === '→' ? toRight : toLeft)) : text;
    return line(theme, [piece(` ${written}`, direction === 0 ? 'sent' : 'received')], width);
  });
  const place = pages.count > room ? ` ${top + 1}-${top + lines.length}/${pages.count}` : '';
  const head: Piece[] = [
    piece(fill(texts.streamTitle, { proto: row.proto.toUpperCase(), number: row.stream }), 'title'),
    piece(place),
    piece(`  A ${ends} B`),
    piece(`  ${shown}, ${state.format === 'text' ? texts.streamText : texts.streamHex}`, 'faint'),
  ];
  const millis = (value: number | null): string => (value === null ? '?' : formatMillis(value, numerals));
  const foot: Piece[] = [
    piece(fill(texts.streamCounts, { packets: row.packets, segments: pieces.length })),
    piece(`  A${toRight}B ${formatBytes(row.a_bytes, numerals)}`, 'sent'),
    piece(`  B${toRight}A ${formatBytes(row.b_bytes, numerals)}`, 'received'),
  ];
  if (row.handshake_ms !== null || row.syn_synack_ms !== null) {
    const times = {
      total: millis(row.handshake_ms),
      first: millis(row.syn_synack_ms),
      second: millis(row.synack_ack_ms),
    };
    foot.push(piece(`  ${fill(texts.handshakeTimes, times)}`, 'faint'));
  }
  if (row.missing_bytes > 0) foot.push(piece(`  ${fill(texts.streamMissing, { count: row.missing_bytes })}`, 'notice'));
  if (isCut) foot.push(piece(`  ${texts.streamCut}`, 'notice'));
  if (pages.count === 0) lines.push(line(theme, [piece(` ${texts.streamNothing}`, 'faint')], width));
  return [rule(theme, head, width), ...exactly(lines, width, room), rule(theme, foot, width)];
}
