import { safeText } from '../../../core/output/safe-text.ts';
import { widthOf } from '../../../core/output/text-width.ts';
import type { PacketRow } from '../../../core/record/tables/packet.ts';
import { cell } from '../../../core/screen/cells.ts';
import { NOT_KNOWN } from '../../../core/screen/columns.ts';
import type { Model } from '../model/model.ts';

/** From this width on, addresses of IPv6 and microseconds have room. */
const WIDE = 110;
/** Addresses take one of these widths, so that columns do not jump with each that is shown. */
const ADDRESS_WIDTHS = [11, 15] as const;
/** More digits of seconds say nothing to a person: 116 days. */
const MOST_SECONDS = 9_999_999;
/** A country behind an address. */
const COUNTRY = 3;

/** A column of packets: as wide as what is shown of it needs. */
export interface PacketColumn {
  readonly heading: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly write: (row: PacketRow) => string;
}

/** The columns before the last one, which has what is left, for the packets that are shown. */
export function packetColumns(
  model: Model,
  width: number,
  rows: readonly (PacketRow | null)[],
): readonly PacketColumn[] {
  const isWide = width >= WIDE;
  const { look } = model.packets;
  const shown = rows.filter((row) => row !== null);
  const column = (
    heading: string,
    align: 'left' | 'right',
    most: number,
    write: (row: PacketRow) => string,
    least = 0,
  ): PacketColumn => {
    const longest = shown.reduce((so, row) => Math.max(so, widthOf(safeText(write(row)))), least);
    return { heading, align, width: Math.max(heading.length, Math.min(longest, most)), write };
  };
  const newest = look === null ? 0 : look.first + look.held - 1;
  const most =
    (isWide ? Math.min(39, 15 + Math.floor((width - WIDE) / 4)) : 15) + (model.settings.places ? COUNTRY : 0);
  const address = (heading: string, of: 'src' | 'dst'): PacketColumn => {
    const one = column(heading, 'left', most, (row) => addressText(model, row[of], most));
    return { ...one, width: Math.min(most, ADDRESS_WIDTHS.find((step) => step >= one.width) ?? one.width) };
  };
  return [
    // it begins one column behind the marks
    column('NO', 'right', 9, ({ number }) => String(number), String(newest).length + 1),
    timeColumn(isWide, shown, column),
    address('SOURCE', 'src'),
    address('DESTINATION', 'dst'),
    column('PROTO', 'left', isWide ? 8 : 6, ({ proto }) => proto ?? NOT_KNOWN),
    column('LEN', 'right', 6, ({ length }) => String(length)),
    column(isWide ? 'STREAM' : 'STRM', 'left', 8, ({ stream }) => (stream === null ? '' : `#${stream}`)),
  ];
}

/** Seconds since the first packet; where these are too many, the date and the time of day. */
function timeColumn(
  isWide: boolean,
  shown: readonly PacketRow[],
  column: (heading: string, align: 'right', most: number, write: (row: PacketRow) => string) => PacketColumn,
): PacketColumn {
  const isLong = shown.some(({ rel_s }) => rel_s !== null && Math.abs(rel_s) > MOST_SECONDS);
  if (isLong)
    return column('TIME', 'right', 19, ({ time }) => time?.slice(0, isWide ? 19 : 16).replace('T', ' ') ?? NOT_KNOWN);
  const [room, decimals] = isWide ? ([12, 6] as const) : ([8, 3] as const);
  return column('TIME', 'right', room, ({ rel_s }) => (rel_s === null ? NOT_KNOWN : seconds(rel_s, room, decimals)));
}

/** With as many decimals as there is room for. */
function seconds(value: number, width: number, decimals: number): string {
  for (let left = decimals; left > 0; left--) {
    const text = value.toFixed(left);
    if (text.length <= width) return text;
  }
  return value.toFixed(0);
}

/** An address, or its name where names are shown, and behind it its country where these are. */
function addressText({ packets: { look }, settings }: Model, address: string | null, most: number): string {
  if (address === null) return NOT_KNOWN;
  const name = (settings.names ? look?.hostOf(address) : null) ?? address;
  const country = (settings.places ? look?.placeOf(address).country : null) ?? null;
  if (country === null) return name;
  // the name is cut for it
  const room = Math.min(widthOf(safeText(name)), most - COUNTRY);
  return `${cell(name, room, 'left', settings.theme.glyphs.ellipsis)} ${country}`;
}
