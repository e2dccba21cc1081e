import { usageError } from '../core/failure.ts';
import { text } from './option.ts';
import { repeatOptions } from './shared-options.ts';

/** Options of the commands that work on packets. */
export const packetOptions = {
  read: text('The capture: pcap or pcapng, packed or not; - is stdin, read as it grows.', {
    short: 'r',
    value: 'FILE',
    offers: 'file',
  }),
  expect: repeatOptions.expect,
};

/** The file of --read. Throws Failure 64 without one. */
export function requireCapture(command: string, read: string | null): string {
  if (read === null) throw usageError(`${command} needs a capture`, { hint: `netwatch ${command} -r FILE` });
  return read;
}
