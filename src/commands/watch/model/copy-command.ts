import { shellLines } from '../../../core/output/shell-word.ts';
import { wrap } from '../../../core/output/text-width.ts';
import { piece } from '../../../core/screen/cells.ts';
import { type Step, step } from './action.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';

/** Copies a command, and shows it: not every terminal lets a program copy. `beside` says what it does not print. */
export function copyCommand(model: Model, text: string, beside: readonly string[] = []): Step {
  const { texts } = model.settings;
  const width = model.width - 2;
  const lines = [
    ...shellLines(text, model.width).map((part) => [piece(part)]),
    ...beside.flatMap((one) => wrap(one, width)).map((part) => [piece(` ${part}`, 'notice')]),
  ];
  const shown: Model = { ...model, popup: { kind: 'text', top: 0, title: texts.copiedTitle, lines } };
  return step(notify(shown, 'noticeCopied'), { type: 'copy', text });
}
