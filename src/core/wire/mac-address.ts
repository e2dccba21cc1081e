/** `02:42:ac:11:00:02` from the six bytes at `offset`. */
export function formatMac(bytes: Uint8Array, offset: number): string {
  let text = '';
  for (let index = 0; index < 6; index++) {
    if (index > 0) text += ':';
    text += (bytes[offset + index] ?? 0).toString(16).padStart(2, '0');
  }
  return text;
}
