import type { StoredStream } from '../../../core/stream/stored-stream.ts';
import type { PacketLook } from './packet-look.ts';

export const PACKET_PANELS = ['list', 'detail', 'hex'] as const;
export type PacketPanel = (typeof PACKET_PANELS)[number];

/** What is shown of packets. */
export interface PacketsState {
  /** Null where none are captured. */
  readonly look: PacketLook | null;
  /** What came while it was paused; in the past all that came. */
  readonly waiting: PacketLook | null;
  /** In the past, until when packets are shown, in milliseconds since 1970; else null. */
  readonly until: number | null;
  /** The display filter; null for none. */
  readonly filter: string | null;
  /** What was typed as display filter before there was a look, which says what it means; null for nothing. */
  readonly early: string | null;
  /** The filter of the capture; null for none, and for a file. */
  readonly bpf: string | null;
  /** The file that the packets are from; null live. */
  readonly file: string | null;
  /** The only interface whose packets are wanted; null for all. */
  readonly iface: string | null;
  readonly panel: PacketPanel;
  /** The selected packet; null follows the newest. */
  readonly selected: number | null;
  /** The packet of the first line that is shown. */
  readonly top: number;
  /** Layers whose fields are shown, by their names. */
  readonly unfolded: ReadonlySet<string>;
  /** The selected line of the packet's detail, among those that are shown; null for the innermost layer. */
  readonly line: number | null;
  /** The first line of the bytes that is shown; null where the selected layer is. */
  readonly hexTop: number | null;
  /** Packets with a bookmark. */
  readonly marks: ReadonlySet<number>;
  readonly stream: StreamState | null;
}

/** The stream that is shown in place of details. */
export interface StreamState {
  readonly stream: StoredStream;
  readonly format: 'text' | 'hex';
  readonly directions: 'both' | 'a' | 'b';
  /** The first line that is shown. */
  readonly top: number;
}

export const NO_PACKETS: PacketsState = {
  look: null,
  waiting: null,
  until: null,
  filter: null,
  early: null,
  bpf: null,
  file: null,
  iface: null,
  panel: 'list',
  selected: null,
  top: 0,
  unfolded: new Set(),
  line: null,
  hexTop: null,
  marks: new Set(),
  stream: null,
};

/** With what came while it was paused. */
export const withWaiting = (state: PacketsState): PacketsState => ({
  ...state,
  look: state.waiting ?? state.look,
  waiting: null,
  until: null,
  marks: state.waiting === null ? state.marks : heldOf(state.marks, state.waiting),
});

/** With the newest look; while it is paused, that waits, unless a person asked for it. */
export function withLook(state: PacketsState, look: PacketLook, isPaused: boolean): PacketsState {
  if (isPaused) return { ...state, waiting: look };
  const { until } = state;
  const marks = heldOf(state.marks, look);
  if (until !== null) return { ...state, look: look.until(until), waiting: look, marks };
  return { ...state, look, waiting: null, marks };
}

/** With the packets that came until a moment of the past, in milliseconds since 1970. */
export function withPast(state: PacketsState, until: number): PacketsState {
  const all = state.waiting ?? state.look;
  return { ...state, until, waiting: all, look: all?.until(until) ?? null };
}

/** Bookmarks without those of packets that went; the very same where none did. */
function heldOf(marks: ReadonlySet<number>, { first }: PacketLook): ReadonlySet<number> {
  for (const mark of marks) if (mark < first) return new Set([...marks].filter((number) => number >= first));
  return marks;
}
