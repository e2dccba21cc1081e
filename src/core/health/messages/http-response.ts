import { Buffer } from 'node:buffer';

/** The head of a response. */
export interface HttpHead {
  readonly status: number;
  /** May come from outside in any form; empty for none. */
  readonly reason: string;
  /** By lower-case name; of a field that comes several times the first counts, unless it is about the length. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Who reads a response, as it comes. */
export interface HttpListener {
  /** The head of the final response; those of interim ones (1xx) are passed over. */
  head(head: HttpHead): void;
  /** A part of the body, without its framing. Valid during the call. */
  body(part: Buffer): void;
  /** The body is complete; nothing is read after that. */
  end(): void;
  /** Why the response cannot be read, in words; nothing is read after that. */
  fail(why: string): void;
}

/** Heads and trailers longer than this are not read. */
export const MOST_HEADER_BYTES = 65_536;
/** A size of more digits than this is longer than anything. */
const MOST_DIGITS = 15;

const LF = 0x0a;
const NO_HTTP = 'the answer is no HTTP';
const STATUS_LINE = /^HTTP\/(\d)\.(\d)[ \t]+(\d{3})(?:[ \t]+(.*))?$/s;
const START = 'HTTP/';

/**
 * Reads one response to a GET (RFC 9112) as user agents do: lines may end in LF alone, folded fields are joined, white space
 * before a colon is dropped, a length that is repeated counts once, and a transfer coding overrides it. Holds a line at a time; the
 * head is bounded by MOST_HEADER_BYTES. Never throws.
 */
export class HttpResponseReader {
  private state: 'status' | 'field' | 'size' | 'data' | 'after data' | 'trailer' | 'rest' | 'over' = 'status';
  private line: Buffer[] = [];
  private headBytes = 0;
  /** What is still to come of the body, or of a chunk of it. */
  private left = 0;
  private isChunked = false;
  private status = 0;
  private reason = '';
  private fields = new Map<string, string>();
  private lastField: string | null = null;

  constructor(private readonly listener: HttpListener) {}

  /** Takes the next bytes of the connection. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.state !== 'over'; ) {
      at = this.isInBody() ? this.takeBody(chunk, at) : this.takeLine(chunk, at);
    }
  }

  /** The connection has ended as it should; false when the response has not. */
  close(): boolean {
    // RFC 9112, 8: after the chunk of size zero nothing is missing
    if (this.state === 'rest' || this.state === 'trailer') this.finish();
    return this.state === 'over';
  }

  private isInBody(): boolean {
    return this.state === 'data' || this.state === 'rest';
  }

  private takeBody(chunk: Buffer, at: number): number {
    const end = this.state === 'rest' ? chunk.length : Math.min(chunk.length, at + this.left);
    this.listener.body(chunk.subarray(at, end));
    if (this.state !== 'data') return end;
    this.left -= end - at;
    if (this.left === 0 && this.isChunked) this.state = 'after data';
    else if (this.left === 0) this.finish();
    return end;
  }

  private takeLine(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(LF, at);
    const end = found < 0 ? chunk.length : found;
    this.headBytes += end - at + (found < 0 ? 0 : 1);
    if (end > at) this.line.push(Buffer.from(chunk.subarray(at, end)));
    if (this.state === 'status' && !this.mayBeHttp()) {
      this.fail(NO_HTTP);
      return end;
    }
    if (this.headBytes > MOST_HEADER_BYTES) {
      this.fail(`the header has more than ${MOST_HEADER_BYTES} bytes`);
      return end;
    }
    if (found < 0) return end;
    const text = Buffer.concat(this.line).toString('latin1');
    this.line = [];
    this.readLine(text.endsWith('\r') ? text.slice(0, -1) : text);
    return end + 1;
  }

  /** Whether the line so far is the beginning of one that a response may begin with; it may be empty. */
  private mayBeHttp(): boolean {
    const start = Buffer.concat(this.line.slice(0, START.length)).toString('latin1', 0, START.length);
    return START.startsWith(start) || start.startsWith('\r');
  }

  private readLine(line: string): void {
    switch (this.state) {
      case 'status':
        this.readStatus(line);
        break;
      case 'field':
        if (line === '') this.beginBody();
        else this.readField(line);
        break;
      case 'size':
        this.readSize(line);
        break;
      case 'after data':
        if (line !== '') this.fail('a chunk of the body is longer than it says');
        else this.begin('size');
        break;
      default:
        // a trailer says nothing that is asked for
        if (line === '') this.finish();
    }
  }

  private begin(state: 'field' | 'size' | 'trailer'): void {
    this.state = state;
    this.headBytes = state === 'field' ? this.headBytes : 0;
  }

  private readStatus(line: string): void {
    if (line === '') return;
    const [, major, minor, status, reason = ''] = STATUS_LINE.exec(line) ?? [];
    if (status === undefined) {
      this.fail(NO_HTTP);
      return;
    }
    if (major !== '1') {
      this.fail(`the answer is of HTTP version ${major}.${minor}, which was not asked for`);
      return;
    }
    if (Number(status) < 100) {
      this.fail(`${status} is no status of HTTP`);
      return;
    }
    this.status = Number(status);
    this.reason = trimmed(reason);
    this.fields = new Map();
    this.lastField = null;
    this.begin('field');
  }

  private readField(line: string): void {
    if (line.includes('\0')) {
      this.fail('a header field of the answer has a byte of zero');
      return;
    }
    if (line.startsWith(' ') || line.startsWith('\t')) {
      // RFC 9112, 5.2: a folded field; 2.2: before the first field such a line is passed over
      const { lastField } = this;
      if (lastField !== null) this.fields.set(lastField, `${this.fields.get(lastField)} ${trimmed(line)}`.trim());
      return;
    }
    const colon = line.indexOf(':');
    const name = trimmed(line.slice(0, Math.max(0, colon))).toLowerCase();
    if (name === '') {
      this.fail('a header field of the answer has no name');
      return;
    }
    const value = trimmed(line.slice(colon + 1));
    const before = this.fields.get(name);
    this.lastField = before === undefined || LISTS.has(name) ? name : null;
    if (this.lastField !== null) this.fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }

  /** RFC 9112, 6.3. */
  private beginBody(): void {
    const { status, reason, fields } = this;
    if (status < 200 && status !== SWITCHING) {
      this.state = 'status';
      this.headBytes = 0;
      return;
    }
    const codings = listOf(fields.get('transfer-encoding')).filter((coding) => coding !== 'identity');
    const lengths = lengthsIn(fields.get('content-length'));
    const hasBody = status >= 200 && status !== NO_CONTENT && status !== NOT_MODIFIED;
    const [length] = lengths;
    if (hasBody && codings.length === 0 && length !== undefined) {
      const wrong = lengths.find((one) => !/^\d+$/.test(one));
      if (wrong !== undefined) {
        this.fail(`the length of the answer is no number: "${inShort(wrong)}"`);
        return;
      }
      const other = lengths.find((one) => one !== length);
      if (other !== undefined) {
        this.fail(`the answer has two lengths, ${inShort(length)} and ${inShort(other)}`);
        return;
      }
    }
    this.listener.head({ status, reason, fields });
    this.isChunked = codings.at(-1) === 'chunked';
    this.left = Number(length !== undefined && length.length > MOST_DIGITS ? Number.POSITIVE_INFINITY : (length ?? 0));
    if (!hasBody) this.finish();
    else if (this.isChunked) this.begin('size');
    else if (codings.length > 0 || length === undefined)
      this.state = 'rest'; // until the connection ends
    else if (this.left === 0) this.finish();
    else this.state = 'data';
  }

  private readSize(line: string): void {
    const [, digits] = /^[ \t]*([0-9a-f]+)[ \t]*(?:;.*)?$/i.exec(line) ?? [];
    if (digits === undefined) {
      this.fail('a chunk of the body does not say its size');
      return;
    }
    const significant = digits.replace(/^0+(?=.)/, '');
    this.left = significant.length > MOST_DIGITS - 3 ? Number.POSITIVE_INFINITY : Number.parseInt(significant, 16);
    if (this.left === 0) this.begin('trailer');
    else this.state = 'data';
  }

  private finish(): void {
    this.state = 'over';
    this.listener.end();
  }

  private fail(why: string): void {
    this.state = 'over';
    this.line = [];
    this.listener.fail(why);
  }
}

/** Fields whose values belong together, however often they come. */
const LISTS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
const SWITCHING = 101;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/** Without the white space around it; a CR within is a space (RFC 9112, 2.2). */
const trimmed = (text: string): string => text.replaceAll('\r', ' ').replace(/^[ \t]+|[ \t]+$/g, '');

/** The parts of a list (RFC 9110, 5.6.1) in lower case, without parameters. */
function listOf(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value.split(',').flatMap((part) => {
    const word = trimmed(part.split(';', 1)[0]!).toLowerCase();
    return word === '' ? [] : [word];
  });
}

/** The values of Content-Length without leading zeros; one that is empty is among them only when all are. */
function lengthsIn(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const all = value.split(',').map((part) => trimmed(part).replace(/^0+(?=\d)/, ''));
  return all.every((one) => one === '') ? [''] : all.filter((one) => one !== '');
}

const inShort = (text: string): string => (text.length > 20 ? `${text.slice(0, 19)}…` : text);
