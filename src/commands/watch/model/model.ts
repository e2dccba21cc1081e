import type { Completion } from '../../../core/filter/completion.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import type { Piece } from '../../../core/screen/cells.ts';
import type { ListState } from './list-state.ts';
import { type Machine, UNSEEN } from './machine.ts';
import { NO_PACKETS, type PacketsState } from './packets-state.ts';
import type { PastLook } from './past.ts';
import type { Replay } from './replay.ts';
import type { Settings } from './settings.ts';

export const TAB_NAMES = [
  'dashboard',
  'connections',
  'interfaces',
  'packets',
  'stats',
  'topology',
  'timeline',
  'insights',
] as const;
export type TabName = (typeof TAB_NAMES)[number];

/** All that the screen shows follows from it. It never changes: `update` makes a new one. */
export interface Model {
  readonly width: number;
  readonly height: number;
  /** Milliseconds since 1970, when the model was made. */
  readonly now: number;
  readonly settings: Settings;
  readonly tab: TabName;
  /** By tab, which of its lists has the focus; absent for the first. */
  readonly focus: Readonly<Partial<Record<TabName, number>>>;
  /** By the name of the list; absent for one that nobody touched. */
  readonly lists: Readonly<Record<string, ListState>>;
  readonly machine: Machine;
  /** The capture that is shown in place of the machine; null for the machine. */
  readonly replay: Replay | null;
  /** Which of the windows of the timeline is shown. */
  readonly timelineWindow: number | null;
  /** What came while it was paused; null while it goes on. */
  readonly held: Machine | null;
  /** The looks of the last minutes, the newest last. */
  readonly past: readonly PastLook[];
  /** Whether the details of the selected row stand beside the tab, where there is room. */
  readonly isSplit: boolean;
  readonly packets: PacketsState;
  readonly prompt: Prompt | null;
  /** Lines that were entered before, by the name of their history, the newest first. */
  readonly entered: Readonly<Record<string, readonly string[]>>;
  /** Findings, and what cannot be seen, that a notice told of. */
  readonly told: ReadonlySet<string>;
  readonly popup: Popup | null;
  readonly notice: Notice | null;
}

/** What a line is typed for; `prompt-uses.ts` says what becomes of it. */
export type PromptPurpose = 'list filter' | 'packet filter' | 'capture filter';

/** A line that is being typed. */
export interface Prompt {
  readonly purpose: PromptPurpose;
  /** What stands before it: the key that began it. */
  readonly mark: string;
  readonly text: string;
  /** Where the cursor is, in UTF-16 units. */
  readonly cursor: number;
  /** What is wrong with the text, and where; null for nothing. */
  readonly error: { readonly message: string; readonly column: number } | null;
  /** The text that acts: this one, or while it means nothing what is complete in it, else `stays`. */
  readonly holds: string;
  /** The last text that meant something, and was no step on the way to a longer or a shorter one. */
  readonly stays: string;
  /** What it was before: Esc puts it back. */
  readonly before: ListState | string | null;
  /** What Tab offers, and which of it stands in the text (-1 for only what all of it begins with); null before Tab. */
  readonly offered: (Completion & { readonly index: number }) | null;
  /** Which of the lines that were entered before is shown, the newest is 0, and what was typed; null for none. */
  readonly recalled: { readonly index: number; readonly draft: string } | null;
}

/** What lies over the tab. */
export type Popup = HelpPopup | RowPopup | TextPopup;

interface HelpPopup {
  readonly kind: 'help';
  /** The first line that is shown. */
  readonly top: number;
}

/** What is known of one row, as fields or as tables. */
export interface RowPopup {
  readonly kind: 'details' | 'tables';
  readonly top: number;
  readonly pinned: PinnedRow;
}

/** The row that a popup is about, whatever becomes of the list. */
export interface PinnedRow {
  readonly id: string;
  /** As it was last. */
  readonly row: AnyRow;
  /** Whether it is over, or there no more. */
  readonly isGone: boolean;
}

/** Lines of an answer. */
export interface TextPopup {
  readonly kind: 'text';
  readonly top: number;
  readonly title: string;
  readonly lines: readonly (readonly Piece[])[];
}

/** A line that is shown for a while. */
export interface Notice {
  readonly text: string;
  readonly isWrong: boolean;
  /** Whether it stays when a key is pressed. */
  readonly isLasting: boolean;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
}

export const NOTICE_MS = 4000;
export const WARNING_MS = 6000;

export function openingModel(
  size: { readonly width: number; readonly height: number },
  settings: Settings,
  now: number,
): Model {
  return {
    ...size,
    now,
    settings,
    tab: 'dashboard',
    focus: {},
    lists: {},
    machine: UNSEEN,
    replay: null,
    timelineWindow: null,
    held: null,
    past: [],
    told: new Set(),
    isSplit: false,
    packets: NO_PACKETS,
    prompt: null,
    entered: {},
    popup: null,
    notice: null,
  };
}
