// RFC 7541, appendix B. The code is canonical: the lengths of its codes say all of it.
const LENGTHS: readonly number[] = [
  ...[13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28],
  ...[28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15],
  ...[6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  ...[15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20],
  ...[20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23],
  ...[24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22],
  ...[22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27],
  ...[24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26],
  ...[26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30],
];
const END_OF_STRING = 256;
const LONGEST = 30;

/** Symbols in the order of their codes, and for each length the first code and where its symbols begin. */
const SYMBOLS: number[] = [];
const FIRST_CODE = new Int32Array(LONGEST + 2);
const FIRST_INDEX = new Int32Array(LONGEST + 2);
for (let length = 1, code = 0; length <= LONGEST; length++) {
  FIRST_CODE[length] = code;
  FIRST_INDEX[length] = SYMBOLS.length;
  for (let symbol = 0; symbol <= END_OF_STRING; symbol++) if (LENGTHS[symbol] === length) SYMBOLS.push(symbol);
  code = (code + SYMBOLS.length - FIRST_INDEX[length]!) << 1;
}
FIRST_INDEX[LONGEST + 1] = SYMBOLS.length;

/** Latin-1 text of the Huffman code in [start, end); null for what is no code. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | null {
  let text = '';
  let code = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((bytes[at]! >> bit) & 1);
      length++;
      if (length > LONGEST) return null;
      const index = FIRST_INDEX[length]! + code - FIRST_CODE[length]!;
      if (index >= FIRST_INDEX[length + 1]!) continue;
      const symbol = SYMBOLS[index]!;
      if (symbol === END_OF_STRING) return null;
      text += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  }
  // padding is the beginning of the end-of-string code, all ones, of less than a byte
  return length < 8 && code === (1 << length) - 1 ? text : null;
}
