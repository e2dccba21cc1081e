import type { ReadStream, WriteStream } from 'node:tty';
import { FrameWriter } from '../../../core/screen/frame-writer.ts';
import { type Input, InputReader } from '../../../core/screen/input.ts';
import type { Clock } from '../../../core/system/clock.ts';
import { clipboard, ENTER, LEAVE, MOUSE_OFF, MOUSE_ON } from './terminal-modes.ts';

/** A lone ESC is the key when nothing follows for so long. */
const ESCAPE_MS = 40;

/** What the screen needs beside the two streams. */
export interface TerminalDoors {
  readonly clock: Clock;
  /** Writes the text, however the program ends, until the function that it returns is called: see `guardTerminal`. */
  readonly guard: (restore: string, resumed: () => void) => () => void;
}

/** What happens at the terminal. */
export interface TerminalEvents {
  readonly input: (inputs: readonly Input[]) => void;
  readonly resize: (width: number, height: number) => void;
  /** It was left for another program and is here again: everything must be drawn. */
  readonly resumed: () => void;
  /** The person is gone: the terminal was closed. */
  readonly ended: () => void;
}

/** The terminal while the screen has it. It is the only reader of stdin, and the only writer of stdout. */
export class ScreenTerminal {
  private readonly stdin: ReadStream;
  private readonly stdout: WriteStream;
  private readonly doors: TerminalDoors;
  private readonly writer = new FrameWriter();
  private readonly reader = new InputReader();
  private cancelFlush = (): void => {};
  private release: (() => void) | null = null;
  private mouse = false;
  /** The terminal has not taken what was written: only the newest frame waits. */
  private isFull = false;
  private waiting: readonly string[] | null = null;
  private handlers: readonly (readonly [NodeJS.EventEmitter, string, (...args: never[]) => void])[] = [];

  constructor(stdin: ReadStream, stdout: WriteStream, doors: TerminalDoors) {
    this.stdin = stdin;
    this.stdout = stdout;
    this.doors = doors;
  }

  get width(): number {
    return this.stdout.columns || 80;
  }

  get height(): number {
    return this.stdout.rows || 24;
  }

  /** Takes the terminal. `close` gives it back. */
  open(events: TerminalEvents, mouse: boolean): void {
    // a terminal that nobody reads would halt the program (3 s each 3 s) if writing waited for it
    (this.stdout as { _handle?: { setBlocking?: (on: boolean) => void } })._handle?.setBlocking?.(false);
    const take = (inputs: readonly Input[]): void => {
      if (inputs.length > 0) events.input(inputs);
    };
    const data = (text: string): void => {
      this.cancelFlush();
      take(this.reader.read(text));
      if (this.reader.isWaiting) this.cancelFlush = this.doors.clock.after(ESCAPE_MS, () => take(this.reader.flush()));
    };
    const resize = (): void => events.resize(this.width, this.height);
    const drain = (): void => {
      this.isFull = false;
      const lines = this.waiting;
      this.waiting = null;
      if (lines !== null) this.paint(lines);
    };
    this.handlers = [
      [this.stdin, 'data', data],
      [this.stdin, 'end', events.ended],
      [this.stdin, 'error', events.ended],
      [this.stdout, 'resize', resize],
      [this.stdout, 'drain', drain],
      [this.stdout, 'error', events.ended],
    ];
    for (const [emitter, name, handler] of this.handlers) emitter.on(name, handler as (...args: unknown[]) => void);
    this.mouse = mouse;
    this.stdin.setEncoding('utf8');
    this.release = this.doors.guard(LEAVE, () => {
      this.enter();
      events.resumed();
    });
    // before the guard stops the process
    process.prependListener('SIGTSTP', this.cooked);
    this.enter();
    this.stdin.resume();
  }

  /** Shows these lines: as soon as the terminal takes them, and then only the newest. */
  paint(lines: readonly string[]): void {
    if (this.isFull) {
      this.waiting = lines;
      return;
    }
    this.send(this.writer.update(lines, this.width, this.height));
  }

  /** The next frame is drawn whole. */
  forget(): void {
    this.writer.forget();
  }

  setMouse(isOn: boolean): void {
    this.mouse = isOn;
    this.send(isOn ? MOUSE_ON : MOUSE_OFF);
  }

  copy(text: string): void {
    this.send(clipboard(text));
  }

  private readonly cooked = (): void => {
    this.stdin.setRawMode(false);
  };

  /** Stops the program as Ctrl-Z does; it goes on with SIGCONT. */
  suspend(): void {
    process.kill(process.pid, 'SIGTSTP');
  }

  close(): void {
    this.cancelFlush();
    for (const [emitter, name, handler] of this.handlers) emitter.off(name, handler as (...args: unknown[]) => void);
    this.handlers = [];
    // an error of a terminal that is gone would end the program by a bug
    this.stdout.on('error', () => {});
    this.stdin.on('error', () => {});
    this.release?.();
    this.release = null;
    process.off('SIGTSTP', this.cooked);
    this.stdin.pause();
    if (this.stdin.isTTY) this.stdin.setRawMode(false);
    this.stdout.write(LEAVE);
  }

  private enter(): void {
    this.writer.forget();
    this.stdin.setRawMode(true);
    this.send(ENTER + (this.mouse ? MOUSE_ON : ''));
  }

  private send(text: string): void {
    if (text !== '' && !this.stdout.write(text)) this.isFull = true;
  }
}
