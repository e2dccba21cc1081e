import type { Numerals } from '../../../core/output/units.ts';
import type { Theme } from '../../../core/screen/theme.ts';
import type { Texts } from '../texts/en.ts';

/** How the screen looks and speaks. */
export interface Settings {
  readonly theme: Theme;
  readonly texts: Texts;
  readonly numerals: Numerals;
  /** Whether countries of addresses are shown, and names of addresses. */
  readonly places: boolean;
  readonly names: boolean;
  readonly mouse: boolean;
  /** Whether as much as possible is shown at once. */
  readonly dense: boolean;
  /** Whether targets are probed. */
  readonly probes: boolean;
}
