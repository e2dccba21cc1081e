import type { PacketPanel } from './packets-state.ts';

/** Heights of the panels of packets, one below the other; each has a line over its lines. */
export type PacketLayout = Readonly<Record<PacketPanel, number>>;

/** Below this the panel with the focus takes room of the others. */
const ROOMY = 30;
/** Lines of a panel without the focus in a low terminal: over it, and of it. */
const LOW = 5;

/** How a height is shared. */
export function packetLayout(height: number, focus: PacketPanel): PacketLayout {
  if (height >= ROOMY) {
    const hex = Math.max(LOW, Math.min(18, Math.floor(height * 0.25)));
    const detail = Math.max(LOW, Math.floor(height * 0.33));
    return { list: height - hex - detail, detail, hex };
  }
  // no room for three: the bytes go, unless somebody wants them
  if (height < 3 * LOW) {
    const list = Math.max(2, Math.ceil(height / 2));
    return focus === 'hex' ? { list, detail: 0, hex: height - list } : { list, detail: height - list, hex: 0 };
  }
  const spare = height - 3 * LOW;
  const forFocus = Math.ceil(spare * 0.7);
  const rest = spare - forFocus;
  const extra = { list: 0, detail: 0, hex: 0 };
  extra[focus] += forFocus;
  extra[focus === 'detail' ? 'list' : 'detail'] += rest;
  return { list: LOW + extra.list, detail: LOW + extra.detail, hex: LOW + extra.hex };
}

/** Where a stream is shown in place of details: lines of the list, and of the stream. */
export function streamLayout(height: number): { readonly list: number; readonly stream: number } {
  const { list } = packetLayout(height, 'detail');
  return { list, stream: height - list };
}
