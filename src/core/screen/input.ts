/** What a person did at the terminal. */
export type Input = KeyInput | MouseInput | PasteInput;

/**
 * A key. `key` is the character it types, or one of the names below; with `ctrl`, the letter it was pressed with.
 * Names: enter tab backtab escape backspace delete up down left right home end pageup pagedown f1 … f12.
 */
export interface KeyInput {
  readonly type: 'key';
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
}

/** The mouse, by SGR reports (xterm's mode 1006). Column and row count from 0. */
export interface MouseInput {
  readonly type: 'mouse';
  readonly action: 'press' | 'release' | 'drag' | 'wheel_up' | 'wheel_down';
  readonly column: number;
  readonly row: number;
}

/** Text that was pasted (xterm's mode 2004), as it is: it must not act as keys. */
export interface PasteInput {
  readonly type: 'paste';
  readonly text: string;
}

/** A sequence of a terminal is never longer; what is, is none. */
const LONGEST_SEQUENCE = 64;
/** What is pasted beyond that is dropped: it would be a file, not a filter. */
const LONGEST_PASTE = 64 * 1024;
const ESC = '\x1b';
const PASTE_END = '\x1b[201~';

/**
 * Reads what a terminal sends. A sequence may be cut anywhere between two reads, so what is incomplete waits for the next;
 * `flush` says that nothing more comes soon: then a lone ESC is the key Escape.
 */
export class InputReader {
  private waiting = '';
  /** What was pasted so far; null outside a paste. */
  private pasted: string | null = null;

  /** Whether something incomplete waits: call `flush` unless more comes within some 40 ms. */
  get isWaiting(): boolean {
    return this.waiting !== '';
  }

  read(text: string): readonly Input[] {
    this.waiting += text;
    return this.take(false);
  }

  flush(): readonly Input[] {
    return this.pasted === null ? this.take(true) : [];
  }

  private take(isAll: boolean): readonly Input[] {
    const inputs: Input[] = [];
    while (this.waiting !== '') {
      if (this.pasted !== null) {
        if (!this.takePaste(inputs)) break;
        continue;
      }
      const length = this.takeOne(inputs, isAll);
      if (length === 0) break;
      this.waiting = this.waiting.slice(length);
    }
    return inputs;
  }

  /** Takes pasted text up to its end; false when the end has not come. */
  private takePaste(inputs: Input[]): boolean {
    const end = this.waiting.indexOf(PASTE_END);
    // the end itself may be cut
    const ready = end < 0 ? Math.max(0, this.waiting.length - PASTE_END.length) : end;
    this.pasted = (this.pasted + this.waiting.slice(0, ready)).slice(0, LONGEST_PASTE);
    this.waiting = this.waiting.slice(ready);
    if (end < 0) return false;
    inputs.push({ type: 'paste', text: this.pasted });
    this.pasted = null;
    this.waiting = this.waiting.slice(PASTE_END.length);
    return true;
  }

  /** Reads one input at the beginning; returns its length, 0 when it is incomplete. */
  private takeOne(inputs: Input[], isAll: boolean): number {
    const { waiting } = this;
    if (waiting[0] !== ESC) {
      const character = String.fromCodePoint(waiting.codePointAt(0)!);
      const input = plainKey(character, false);
      if (input !== null) inputs.push(input);
      return character.length;
    }
    if (waiting.length === 1) {
      if (!isAll) return 0;
      inputs.push(key('escape'));
      return 1;
    }
    const kind = waiting[1]!;
    if (kind === '[' || kind === 'O') return this.takeSequence(inputs, kind, isAll);
    if (kind === ESC) {
      inputs.push(key('escape'));
      return 1;
    }
    const character = String.fromCodePoint(waiting.codePointAt(1)!);
    const input = plainKey(character, true);
    if (input !== null) inputs.push(input);
    return 1 + character.length;
  }

  /** CSI and SS3 (ECMA-48 5.4): parameters, then one final byte. */
  private takeSequence(inputs: Input[], kind: string, isAll: boolean): number {
    const { waiting } = this;
    let end = 2;
    while (end < waiting.length && end < LONGEST_SEQUENCE && isParameter(waiting.charCodeAt(end))) end++;
    if (end >= waiting.length && end < LONGEST_SEQUENCE) {
      if (!isAll) return 0;
      // Alt and [ or O, typed by a person
      if (end === 2) inputs.push({ type: 'key', key: kind, ctrl: false, alt: true });
      return end;
    }
    const final = waiting[end] ?? '';
    const parameters = waiting.slice(2, end);
    // a byte that cannot stand in a sequence ends it, and is read by itself
    if (final < '@' || final > '~') return end;
    if (kind === '[' && final === '~' && parameters === '200') this.pasted = '';
    else {
      const input = kind === '[' && parameters[0] === '<' ? mouse(parameters, final) : sequenceKey(parameters, final);
      if (input !== null) inputs.push(input);
    }
    return end + 1;
  }
}

const isParameter = (code: number): boolean => code >= 0x20 && code <= 0x3f;

const key = (name: string, ctrl = false, alt = false): KeyInput => ({ type: 'key', key: name, ctrl, alt });

const CONTROL: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  ' ': 'space',
};

function plainKey(character: string, alt: boolean): KeyInput | null {
  const named = CONTROL[character];
  if (named !== undefined) return key(named, false, alt);
  const code = character.codePointAt(0)!;
  if (code >= 1 && code <= 26) return key(String.fromCharCode(code + 0x60), true, alt);
  // other controls, C1 and halves of a pair type nothing
  if (code < 0x20 || (code >= 0x80 && code < 0xa0) || (code >= 0xd800 && code < 0xe000)) return null;
  return key(character, false, alt);
}

const BY_FINAL: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'backtab',
  M: 'enter',
};
const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** xterm's keys: `CSI number ; 1 + modifiers ~`, and `CSI 1 ; 1 + modifiers final`. */
function sequenceKey(parameters: string, final: string): KeyInput | null {
  const [number = '', modifiers = '1'] = parameters.split(';');
  const name = final === '~' ? BY_NUMBER[number] : BY_FINAL[final];
  if (name === undefined) return null;
  const bits = Math.max(0, (Number.parseInt(modifiers, 10) || 1) - 1);
  return key(name, (bits & 4) !== 0, (bits & 2) !== 0);
}

/** `CSI < buttons ; column ; row M`, or m when a button is let go (xterm's ctlseqs, "Extended coordinates"). */
function mouse(parameters: string, final: string): MouseInput | null {
  const match = /^<(\d{1,4});(\d{1,5});(\d{1,5})$/.exec(parameters);
  if (match === null || (final !== 'M' && final !== 'm')) return null;
  const buttons = Number(match[1]);
  const at = { column: Math.max(0, Number(match[2]) - 1), row: Math.max(0, Number(match[3]) - 1) };
  if ((buttons & 64) !== 0) {
    if ((buttons & 3) > 1) return null;
    return { type: 'mouse', action: (buttons & 1) === 0 ? 'wheel_up' : 'wheel_down', ...at };
  }
  if ((buttons & 3) !== 0) return null; // the left button alone
  const action = final === 'm' ? 'release' : (buttons & 32) === 0 ? 'press' : 'drag';
  return { type: 'mouse', action, ...at };
}
