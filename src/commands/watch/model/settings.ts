import type { Numerals } from '../../../core/output/units.ts';
import type { Characters } from '../../../core/screen/characters.ts';
import type { Theme } from '../../../core/screen/theme.ts';
import type { Texts } from '../texts/en.ts';

/** How the screen looks and speaks. */
export interface Settings {
  readonly theme: Theme;
  readonly texts: Texts;
  readonly numerals: Numerals;
  /** What the terminal can show. */
  readonly characters: Characters;
  /** Whether countries of addresses are shown, and names of addresses; and whether DNS may be asked for these. */
  readonly places: boolean;
  readonly names: boolean;
  readonly mayAskDns: boolean;
  readonly mouse: boolean;
  /** Whether as much as possible is shown at once. */
  readonly dense: boolean;
  /** Whether targets are probed. */
  readonly probes: boolean;
  /** The process that this is, whose rows stand back; null where rows are of another time. */
  readonly ownPid: number | null;
  /** Whether it costs as little as can be: no packets, no probes, no model, no graphs. */
  readonly isLite: boolean;
}
