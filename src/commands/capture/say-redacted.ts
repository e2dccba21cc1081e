import type { CaptureReader } from '../../core/capture/capture-reader.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { CaptureRedactor } from '../../core/redact/capture-redactor.ts';
import type { Context } from '../context/context.ts';

/** Says how many packets lost a part, and what was left out beside packets. */
export function sayRedacted(context: Context, redactor: CaptureRedactor, reader: CaptureReader): void {
  const { cut, emptied } = redactor.frames;
  if (cut > 0) context.say(`${formatNumberOf(cut, 'packet')} cut where the rest could not be shown to be clean`);
  if (emptied > 0) context.say(`${formatNumberOf(emptied, 'packet')} without a byte left: the link type is not known`);
  const left = [
    [redactor.options, 'option'],
    [redactor.records, 'block'],
    [reader.names.length, 'list of names'],
    [reader.secrets.length, 'block of keys'],
  ] as const;
  const told = left.filter(([count]) => count > 0).map(([count, what]) => `${count} × ${what}`);
  if (told.length > 0) context.say(`left out of the capture: ${told.join(', ')}`);
}
