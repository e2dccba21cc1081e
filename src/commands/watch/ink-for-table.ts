import type { Box as InkBox, Text as InkText } from 'ink';

/** What ink-table takes for Ink when it is bundled: see `build.js`. Filled before its first render. */
export let Box: typeof InkBox;
export let Text: typeof InkText;

export function fillInkForTable(ink: { readonly Box: typeof InkBox; readonly Text: typeof InkText }): void {
  Box = ink.Box;
  Text = ink.Text;
}
