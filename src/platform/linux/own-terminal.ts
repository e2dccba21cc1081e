import fs from 'node:fs';
import { isatty } from 'node:tty';
import { loadKoffi } from './libc.ts';

const STDIO = [0, 1, 2] as const;
/** stdin, stdout and stderr as far as they are terminals when this is loaded. */
const TERMINALS = STDIO.filter(isTerminal);

/** Whether a descriptor is a terminal. Node loads its terminals and sockets to say so, 2 ms of a start, and is asked only if it may be. */
export function isTerminal(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd);
    return stat.isCharacterDevice() && !isMemory(stat.rdev) && isatty(fd);
  } catch {
    return false;
  }
}

/** /dev/null and its like, by the major number of Linux. */
function isMemory(device: number): boolean {
  return ((device >> 8) & 0xfff) === 1;
}

/**
 * When node exits it gives these terminals the settings that they had when it began. A terminal that was closed refuses, and node
 * takes that for a bug of its own and aborts. To be called at the exit: nothing is left to be shown on a closed terminal.
 */
export function letGoOfClosedTerminals(): void {
  for (const fd of TERMINALS) if (!isTerminal(fd)) replace(fd, '/dev/null');
}

/**
 * The same for all of them, for a program that began while another one, a shell, had the terminal: its settings then were those
 * of the other one. What is written to them still arrives.
 */
export function letGoOfTerminals(): void {
  for (const fd of TERMINALS) replace(fd, '/dev/tty');
}

/** Node lets a descriptor alone that is another file than when it began, or none. */
function replace(fd: number, file: string): void {
  try {
    fs.closeSync(fd);
    fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
  } catch {
    // none, then
  }
}

/**
 * Writes to the terminal that is stdout, at once. When it takes no more, what it was sent and nobody has read is dropped to make
 * room.
 */
export function writeToTerminal(text: string): void {
  if (wroteAll(text)) return;
  try {
    dropUnread();
  } catch {
    // koffi has no binary for this machine
  }
  wroteAll(text);
}

function wroteAll(text: string): boolean {
  const bytes = Buffer.from(text);
  try {
    return fs.writeSync(1, bytes) === bytes.length;
  } catch (error) {
    // any other error: the terminal is gone
    return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
  }
}

const TCOFLUSH = 1;
/** termios(3). */
function dropUnread(): void {
  const tcflush = loadKoffi().load(null).func('int tcflush(int, int)');
  tcflush(1, TCOFLUSH);
}

/**
 * Whether the terminal is another's: this process runs in the background of a shell (`&`). From proc(5): the process group, and
 * that of the terminal. False where that cannot be known.
 */
export function isInBackground(): boolean {
  try {
    const stat = fs.readFileSync('/proc/self/stat', 'latin1');
    // the name before these is in parentheses, and may hold any other
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(foreground) > 0 && group !== foreground;
  } catch {
    return false;
  }
}

/**
 * Stops this process until a shell gives it the terminal (fg). Returns false where no shell could. The kernel does both, the
 * question and the stop, at once (tty_check_change, drivers/tty/tty_jobctrl.c): a stop that comes late, as that of a signal to
 * oneself does on a busy machine, would stop it a second time after fg. Throws where koffi is missing.
 */
export function stopUntilForeground(): boolean {
  const lib = loadKoffi().load(null);
  const getpgrp = lib.func('int getpgrp()');
  const tcsetpgrp = lib.func('int tcsetpgrp(int, int)');
  // who ignores SIGTTOU is not stopped, and would take the terminal away from the shell
  return !ignoresTtou() && TERMINALS.some((fd) => tcsetpgrp(fd, getpgrp()) === 0);
}

const SIGTTOU = 22;
function ignoresTtou(): boolean {
  const [, ignored = '0'] = /^SigIgn:\s*([0-9a-f]+)/m.exec(fs.readFileSync('/proc/self/status', 'latin1')) ?? [];
  return ((BigInt(`0x${ignored}`) >> BigInt(SIGTTOU - 1)) & 1n) === 1n;
}
