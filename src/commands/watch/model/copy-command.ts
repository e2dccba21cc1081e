import { wrap } from '../../../core/output/text-width.ts';
import { piece } from '../../../core/screen/cells.ts';
import { fill } from '../texts/fill.ts';
import { type Step, step } from './action.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';

/** Copies a command, and shows it: not every terminal lets a program copy. `missing` rows, which it cannot print, are said. */
export function copyCommand(model: Model, text: string, missing = 0): Step {
  const { texts, numerals } = model.settings;
  const width = model.width - 2;
  const without = missing === 0 ? [] : wrap(fill(texts.copiedWithout, { count: numerals(missing, 0) }), width);
  const lines = [
    ...wrap(text, width).map((part) => [piece(` ${part}`)]),
    ...without.map((part) => [piece(` ${part}`, 'notice')]),
  ];
  const shown: Model = { ...model, popup: { kind: 'text', top: 0, title: texts.copiedTitle, lines } };
  return step(notify(shown, 'noticeCopied'), { type: 'copy', text });
}
