/** JSON from a stranger, read with limits. Whatever is not of the expected type counts as absent. */

/** RFC 9083 needs about ten levels. */
const MOST_DEPTH = 64;
/** Promise H4: what one field may hold. */
const MOST_TEXT = 4096;
export const MOST_LIST = 100;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined when it is no JSON, or nested more deeply than anything that is meant to be read. */
export function parseBoundedJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isQuoted) {
      if (code === 0x5c) index++;
      else if (code === 0x22) isQuoted = false;
    } else if (code === 0x22) isQuoted = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MOST_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** Reads values, and remembers whether something was cut. */
export class BoundedReader {
  /** Whether a text or a list was longer than a field may be. */
  isCut = false;

  /** A text without white space around it; null when it is empty or none. */
  text(value: unknown): string | null {
    if (typeof value !== 'string') return null;
    const text = value.length > 4 * MOST_TEXT ? value.slice(0, 4 * MOST_TEXT).trim() : value.trim();
    if (text.length < value.length && value.length > 4 * MOST_TEXT) this.isCut = true;
    return text === '' ? null : this.#cut(text);
  }

  /** The texts of a list; one text counts as a list of it. */
  texts(value: unknown): readonly string[] {
    return this.list(typeof value === 'string' ? [value] : value).flatMap((one) => this.text(one) ?? []);
  }

  list(value: unknown): readonly unknown[] {
    if (!Array.isArray(value)) return [];
    if (value.length > MOST_LIST) this.isCut = true;
    return value.slice(0, MOST_LIST) as readonly unknown[];
  }

  objects(value: unknown): readonly JsonObject[] {
    return this.list(value)
      .map(asObject)
      .filter((one) => one !== null);
  }

  /** At most 4 KiB, in whole characters. */
  #cut(text: string): string {
    if (Buffer.byteLength(text) <= MOST_TEXT) return text;
    this.isCut = true;
    let end = Math.min(text.length, MOST_TEXT);
    while (Buffer.byteLength(text.slice(0, end)) > MOST_TEXT) {
      end -= Math.max(1, Math.ceil((Buffer.byteLength(text.slice(0, end)) - MOST_TEXT) / 3));
    }
    // a pair of surrogates is not divided
    return /[\ud800-\udbff]/.test(text[end - 1] ?? '') ? text.slice(0, end - 1) : text.slice(0, end);
  }
}

export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The member of an object; what it inherits is none. */
export function member(of: JsonObject | null, name: string): unknown {
  return of !== null && Object.hasOwn(of, name) ? of[name] : undefined;
}

/** A whole number within limits, also one that is written as text; null for anything else. */
export function wholeNumber(value: unknown, most: number): number | null {
  const number = typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most ? number : null;
}
