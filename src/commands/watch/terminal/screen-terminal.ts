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
  readonly guard: (restore: string, resumed: () => void, leaving: () => void) => () => void;
  /** Writes to the terminal, also when it takes no more: see `writeToTerminal`. */
  readonly writeAtOnce: (text: string) => void;
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

interface TerminalHandle {
  readonly setBlocking?: (on: boolean) => void;
  readonly close?: () => void;
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
  private isAway = true;
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
    this.handle?.setBlocking?.(false);
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
    this.release = this.doors.guard(
      LEAVE,
      () => {
        this.enter();
        events.resumed();
      },
      () => this.leave(),
    );
    this.enter();
    this.stdin.resume();
  }

  /** Shows these lines: as soon as the terminal takes them, and then only the newest. */
  paint(lines: readonly string[]): void {
    if (this.isFull) {
      this.waiting = lines;
      return;
    }
    if (!this.isAway) this.send(this.writer.update(lines, this.width, this.height));
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

  /** Stops the program as Ctrl-Z does; it goes on with SIGCONT. */
  suspend(): void {
    process.kill(process.pid, 'SIGTSTP');
  }

  /** Safe to call twice. */
  close(): void {
    this.cancelFlush();
    for (const [emitter, name, handler] of this.handlers) emitter.off(name, handler as (...args: unknown[]) => void);
    this.handlers = [];
    this.waiting = null;
    if (this.release === null) return;
    this.release();
    this.release = null;
    // an error of a terminal that is gone would end the program by a bug
    this.stdout.on('error', () => {});
    this.stdin.on('error', () => {});
    // a frame that the terminal has not taken would come when the screen is left
    if (this.stdout.writableLength > 0) this.handle?.close?.();
    this.leave();
    this.doors.writeAtOnce(LEAVE);
    this.stdin.pause();
  }

  /** What is painted from here on would stand on the screen of others: Ink paints once more when the process exits. */
  private leave(): void {
    this.isAway = true;
    this.setRaw(false);
  }

  private enter(): void {
    this.isAway = false;
    this.writer.forget();
    this.setRaw(true);
    // before the rest of a frame that was not taken
    this.doors.writeAtOnce(ENTER + (this.mouse ? MOUSE_ON : ''));
  }

  private setRaw(isRaw: boolean): void {
    if (this.stdin.isTTY) this.stdin.setRawMode(isRaw);
  }

  /** What libuv has of the terminal. */
  private get handle(): TerminalHandle | undefined {
    return (this.stdout as { _handle?: TerminalHandle })._handle;
  }

  private send(text: string): void {
    if (this.isAway) return;
    if (text !== '' && !this.stdout.write(text)) this.isFull = true;
  }
}
