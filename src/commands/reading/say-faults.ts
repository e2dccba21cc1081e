import { formatNumberOf } from '../../core/output/units.ts';
import type { Faults } from '../../core/wire/faults.ts';
import type { Context } from '../context/context.ts';

/** File names that need no quotes in a shell. */
const PLAIN = /^[\w./+,@%:=-]+$/;

/**
 * Says that some packets could not be dissected, so that the user knows that the answer is incomplete; with --verbose
 * it prints everything that a bug report needs.
 */
export function sayFaults(context: Context, faults: Faults, read: string | null = null): void {
  const { count, records, firstPacket, firstError, firstFilter } = faults;
  if (count === 0) return;
  const lost = [
    ...(count > records ? [`${formatNumberOf(count - records, 'packet')} could not be dissected completely`] : []),
    ...(records > 0 ? ['some records are missing, because making them failed'] : []),
  ].join('; ');
  if (!context.isVerbose) {
    context.warn(`${lost}: a bug in netwatch, -v shows where`);
    return;
  }
  const first = firstPacket === 0 ? '' : ` packet ${firstPacket}:`;
  context.warn(`${lost}: a bug in netwatch;${first} ${whatAndWhere(firstError!)}`);
  if (firstPacket === 0) return;
  const file = read !== null && PLAIN.test(read) && read !== '-' ? read : 'FILE';
  const where = read === null ? ', from a capture with -w FILE' : '';
  const cut = `netwatch export packets -r ${file} -f '${firstFilter}' -w bug.pcapng`;
  context.warn(`please report it, with the packets that caused it${where}: ${cut}`);
}

/** `TypeError: message at segment (main.js:12:34)`: the error, and the first place of our own code that it passed. */
function whatAndWhere({ name, message, stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => !line.includes('node:') && !line.includes('node_modules'));
  const place = own?.trim().replace(/\(?[^\s(]*[/\\]([^/\\]+?:\d+:\d+)\)?$/, '($1)');
  return `${name}: ${message}${place === undefined ? '' : ` ${place}`}`;
}
