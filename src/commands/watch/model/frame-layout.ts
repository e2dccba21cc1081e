import { widthOf } from '../../../core/output/text-width.ts';
import { type Model, TAB_NAMES, type TabName } from './model.ts';
import type { Tab } from './tab.ts';

/** Below this the screen says only that it is too small. */
export const LEAST_WIDTH = 40;
export const LEAST_HEIGHT = 10;

/** The narrowest terminal in which the details of the selected row stand beside a tab. */
export const LEAST_SPLIT = 120;

/** The smallest terminal for the dense view. */
export const LEAST_DENSE = [130, 44] as const;

/** Whether as much as possible is shown at once: no strip under the tab, more columns. */
export const isDense = ({ settings, width, height }: Model): boolean =>
  settings.dense && width >= LEAST_DENSE[0] && height >= LEAST_DENSE[1];

/** Lines of the detail strip under the tab, in a usual and in a high terminal. */
const STRIP = 2;
const HIGH = 36;
const HIGH_STRIP = 4;
/** Tabs that show what is known of the selected row in themselves. */
const WITHOUT_STRIP: ReadonlySet<TabName> = new Set(['packets']);
/** Whether the details of a selected row can stand beside the tab. */
export const canSplit = ({ tab }: Model): boolean => !WITHOUT_STRIP.has(tab);
const FOOTER = 2;
const HEADER = 2;

/** Which rows of the terminal are what: tabs, title, the tab, details of what is selected, keys. */
export interface FrameLayout {
  readonly body: { readonly row: number; readonly height: number; readonly width: number };
  /** The details of the selected row beside the tab: so many columns, with the line between them; 0 where there are none. */
  readonly beside: number;
  readonly strip: { readonly row: number; readonly height: number };
  readonly footer: { readonly row: number; readonly height: number };
  /** Where the name of each tab is in the first row. */
  readonly tabs: (all: readonly Tab[]) => readonly TabPlace[];
}

export interface TabPlace {
  readonly name: TabName;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export function frameOf(model: Model): FrameLayout {
  const { height } = model;
  const hasStrip = !WITHOUT_STRIP.has(model.tab) && !isDense(model);
  const strip = !hasStrip ? 0 : height >= HIGH ? HIGH_STRIP : height >= 16 ? STRIP : 0;
  const beside = model.isSplit && canSplit(model) && model.width >= LEAST_SPLIT ? Math.floor(model.width * 0.4) : 0;
  const body = Math.max(1, height - HEADER - FOOTER - strip);
  return {
    body: { row: HEADER, height: body, width: model.width - beside },
    beside,
    strip: { row: HEADER + body, height: strip },
    footer: { row: HEADER + body + strip, height: FOOTER },
    tabs: (all) => placeTabs(model, all),
  };
}

const digitOf = (name: TabName): string => String(TAB_NAMES.indexOf(name) + 1);

/** Room for the time of day at the right. */
const CLOCK = 9;

/** Long names where they fit, else short ones, else digits. */
function placeTabs({ width, settings: { texts } }: Model, all: readonly Tab[]): readonly TabPlace[] {
  const written = [
    all.map(({ name, title }) => `${digitOf(name)} ${texts[title]}`),
    all.map(({ name, shortTitle }) => `${digitOf(name)} ${texts[shortTitle]}`),
    all.map(({ name }) => digitOf(name)),
  ];
  const fits = (names: readonly string[]): boolean =>
    names.reduce((sum, name) => sum + widthOf(name) + 2, 0) + CLOCK <= width;
  const names = written.find(fits) ?? written.at(-1)!;
  let from = 0;
  return names.map((name, index) => {
    const text = ` ${name} `;
    const place = { name: all[index]!.name, text, from, to: from + widthOf(text) };
    from = place.to;
    return place;
  });
}
