/**
 * Text from outside made safe to show. Process names, command lines, interface names and server answers are chosen by
 * others: a control byte among them can move the cursor, set the clipboard (OSC 52) or forge a line, and a bidirectional
 * mark can show one name as another.
 */

// Cc: C0, DEL, C1 (0x9b is an 8-bit CSI). Cf: bidirectional and zero-width marks, tags. Cs: surrogates without a pair.
// Zl, Zp: line breaks. Then letters that show as nothing.
// Made when they are needed, which is seldom: V8 takes 0.4 ms for these sets, at each start.
const unsafe = (): RegExp => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const unsafeInStream = (): RegExp => new RegExp(`${unsafe().source}|\ufffd`, 'gu');
const PLAIN_IN_TSV = /^[\x20-\x5b\x5d-\x7e]*$/;
const unsafeInTsv = (): RegExp => new RegExp(`${unsafe().source}|\\\\`, 'gu');

/** The text with everything that a terminal would act on, or not show, written as an escape such as `\x1b` or `\u202e`. */
export function safeText(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(unsafe(), escapeCharacter);
}

/** The text with a middle dot for each such character but the tab, and for U+FFFD: how a stream of bytes is shown. */
export function dottedText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(unsafeInStream(), (character) => (character === '\t' ? character : '·'));
}

/** The same for a TSV cell: backslash is escaped too, so that the text can be had back. */
export function safeTsvText(text: string): string {
  return PLAIN_IN_TSV.test(text) ? text : text.replace(unsafeInTsv(), escapeCharacter);
}

/** A JSON string literal that is safe to `cat`: JSON escapes C0 itself, this adds DEL, C1, bidirectional and hidden marks. */
export function safeJsonString(text: string): string {
  const literal = JSON.stringify(text);
  return PRINTABLE_ASCII.test(literal) ? literal : literal.replace(unsafe(), escapeUnits);
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '\t':
      return '\\t';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\\':
      return '\\\\';
  }
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${hex(code, 2)}` : escapeUnits(character);
}

function escapeUnits(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${hex(character.charCodeAt(i), 4)}`;
  return out;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
