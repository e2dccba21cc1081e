import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import xterm from '@xterm/headless';
import { libc, loadKoffi } from '../../src/platform/linux/libc.ts';
import { until } from './live-scene.ts';

/** From asm-generic/ioctls.h. */
const TIOCSWINSZ = 0x5414;
const TIOCGPTN = 0x80045430;
const TIOCSPTLCK = 0x40045431;
/** struct termios of every C library is smaller. */
const TERMIOS_BYTES = 128;

/** How a program on a terminal ended. */
export interface EndedThere {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a terminal was made to do: everything that a program may forget to undo. */
export interface TerminalState {
  readonly settings: string;
  readonly buffer: 'normal' | 'alternate';
  readonly cursorIsShown: boolean;
  readonly mouse: string;
  readonly pastes: boolean;
  readonly wraps: boolean;
  readonly holdsFrames: boolean;
}

/** A pseudo-terminal with a terminal behind it that plays what it is sent. */
export interface PseudoTerminal {
  /** `/dev/pts/N`. */
  readonly name: string;
  /** What is shown, as far as it was played. */
  readonly screen: xterm.Terminal;
  /** Everything that it was sent, if `size` was never exceeded. */
  readonly sent: () => string;
  /** Starts a program whose controlling terminal it is. `stderr` may go elsewhere. */
  start(argv: readonly string[], options?: StartOptions): Started;
  type(text: string): void;
  /** Shows a text as a program would that writes to it. */
  print(text: string): void;
  resize(width: number, height: number): void;
  /** Nobody reads what is sent, until `readOn`. */
  standStill(): void;
  readOn(): void;
  /** Resolves when all that was sent until now is there; no program may be writing. */
  drained(): Promise<void>;
  /** The lines that are shown. */
  lines(): Promise<readonly string[]>;
  /** Resolves when the lines that are shown hold the text. */
  shows(text: string | RegExp): Promise<void>;
  state(): Promise<TerminalState>;
  /** Closes the side of the terminal, as when its window is closed: a hang-up for all who use it. */
  hangUp(): void;
  close(): void;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdio?: readonly ('terminal' | 'ignore' | 'pipe')[];
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<EndedThere>;
  /** What came through stderr where it is a pipe. */
  readonly said: () => string;
}

let tcgetattr: ((fd: number, settings: Uint8Array) => number) | null = null;

/** Opens a terminal of this size. Linux alone has these calls. */
export function openPseudoTerminal(width: number, height: number): PseudoTerminal {
  const { O_RDWR, O_NOCTTY } = fs.constants;
  const master = fs.openSync('/dev/ptmx', O_RDWR | O_NOCTTY);
  const number = new Uint8Array(4);
  libc().ioctl(master, TIOCSPTLCK, new Uint8Array(4));
  libc().ioctl(master, TIOCGPTN, number);
  const name = `/dev/pts/${new DataView(number.buffer).getUint32(0, os.endianness() === 'LE')}`;
  const slave = fs.openSync(name, O_RDWR | O_NOCTTY);
  const screen = new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true, scrollback: 1000 });
  const decoder = new StringDecoder('utf8');
  let sent = '';
  let isOpen = true;
  let marks = 0;
  const setSize = (columns: number, rows: number): void => {
    libc().ioctl(master, TIOCSWINSZ, new Uint8Array(new Uint16Array([rows, columns, 0, 0]).buffer));
  };
  setSize(width, height);
  const reader = new ReadStream(master);
  reader.on('data', (bytes: Buffer) => {
    const text = decoder.write(bytes);
    sent += text;
    screen.write(text);
  });
  reader.on('error', () => {});
  const played = (): Promise<void> => new Promise((resolve) => screen.write('', resolve));
  const lines = async (): Promise<readonly string[]> => {
    await played();
    const { active } = screen.buffer;
    return Array.from(
      { length: screen.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
  };
  const hangUp = (): void => {
    if (isOpen) reader.destroy();
    isOpen = false;
  };
  return {
    name,
    screen,
    sent: () => sent,
    start(argv, { env = {}, stdio = [], cwd } = {}) {
      // a child of ours leads no process group: setsid becomes the program. It takes the terminal that is stdin
      const takes = stdio[0] === undefined || stdio[0] === 'terminal' ? ['--ctty'] : [];
      const child = spawn('setsid', [...takes, ...argv], {
        stdio: [0, 1, 2].map((fd) => (stdio[fd] === undefined || stdio[fd] === 'terminal' ? slave : stdio[fd])),
        cwd,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: os.tmpdir(),
          NETWATCH_CONFIG: 'none',
          TERM: 'xterm',
          LANG: 'C.UTF-8',
          ...env,
        },
      });
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = new Promise<EndedThere>((resolve) =>
        child.once('close', (status, signal) => resolve({ status, signal })),
      );
      return { child, pid: child.pid!, ended, said: () => said };
    },
    type: (text) => void fs.writeSync(master, text),
    print: (text) => void fs.writeSync(slave, text),
    resize(columns, rows) {
      screen.resize(columns, rows);
      setSize(columns, rows);
    },
    async drained() {
      // what terminals ignore: an application program command
      const mark = `\x1b_${++marks}\x1b\\`;
      fs.writeSync(slave, mark);
      await until(() => sent.includes(mark));
    },
    standStill: () => void reader.pause(),
    readOn: () => void reader.resume(),
    lines,
    async shows(text) {
      let shown = '';
      const isShown = async (): Promise<boolean> => {
        shown = (await lines()).join('\n');
        const isWhole = !screen.modes.synchronizedOutputMode;
        return isWhole && (typeof text === 'string' ? shown.includes(text) : text.test(shown));
      };
      await until(isShown).catch(() => {
        throw new Error(`${text} was not shown, but\n${shown}`);
      });
    },
    async state() {
      await played();
      const { modes } = screen;
      return {
        settings: settingsOf(slave),
        buffer: screen.buffer.active.type,
        cursorIsShown: sent.lastIndexOf('\x1b[?25h') >= sent.lastIndexOf('\x1b[?25l'),
        mouse: modes.mouseTrackingMode,
        pastes: modes.bracketedPasteMode,
        wraps: modes.wraparoundMode,
        holdsFrames: modes.synchronizedOutputMode,
      };
    },
    hangUp,
    close() {
      hangUp();
      screen.dispose();
      try {
        fs.closeSync(slave);
      } catch {}
    },
  };
}

/** The termios of a terminal, as a text that can be compared. */
function settingsOf(terminal: number): string {
  tcgetattr ??= loadKoffi().load(null).func('int tcgetattr(int, _Out_ void *)');
  const settings = new Uint8Array(TERMIOS_BYTES);
  if (tcgetattr(terminal, settings) !== 0) return 'gone';
  return Buffer.from(settings).toString('hex');
}
