const WIDTH = 16;
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Lines of offset, 16 bytes in hexadecimal and as ASCII, dots for what is no printable character, as tshark -x writes
 * them. The first byte has the offset `base`; `indent` stands before every line.
 */
export function hexDump(bytes: Uint8Array, start: number, end: number, base = 0, indent = ''): string {
  let out = '';
  for (let line = start; line < end; line += WIDTH) {
    let hex = '';
    let ascii = '';
    for (let column = 0; column < WIDTH; column++) {
      const at = line + column;
      hex += at < end ? ` ${DIGITS[bytes[at]!]}` : '   ';
      if (at < end) ascii += printable(bytes[at]!);
    }
    out += `${indent}${(base + line - start).toString(16).padStart(4, '0')} ${hex}   ${ascii}\n`;
  }
  return out;
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
