/** RFC 1001, 14.1: 16 bytes, each as two letters from A; the last byte is the kind of name. */
const ENCODED = 32;

/** `WORKGROUP<1d>` for the encoded name at `offset`; empty for one that is none. */
export function formatNetbiosName(bytes: Uint8Array, offset: number, end: number): string {
  if (offset + 1 + ENCODED > end || bytes[offset] !== ENCODED) return '';
  let name = '';
  let kind = 0;
  for (let index = 0; index < ENCODED; index += 2) {
    const code = ((bytes[offset + 1 + index]! - 0x41) << 4) | ((bytes[offset + 2 + index]! - 0x41) & 15);
    if (index === ENCODED - 2) kind = code & 255;
    else name += String.fromCharCode(code & 255);
  }
  return `${name.trimEnd()}<${kind.toString(16).padStart(2, '0')}>`;
}
