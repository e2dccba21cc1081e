import fs from 'node:fs';
import tty from 'node:tty';

/**
 * Where keys come from: stdin, or the terminal of the session where a capture comes through stdin. Null where neither is a
 * terminal.
 */
export function openKeyboard(isStdinTaken: boolean): tty.ReadStream | null {
  if (!isStdinTaken) return process.stdin.isTTY === true ? process.stdin : null;
  try {
    return new tty.ReadStream(fs.openSync('/dev/tty', fs.constants.O_RDONLY | fs.constants.O_NOCTTY));
  } catch {
    return null;
  }
}
