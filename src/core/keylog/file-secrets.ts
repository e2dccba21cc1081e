/** Secrets type of a block of keys (draft-ietf-opsawg-pcapng, 4.7): TLS, in the NSS key log format. */
const TLS_KEY_LOG = 0x544c534b;
const HEADER = 8;

/** The key log in the body of a block of keys: type (4) and length (4) in little-endian order, then text; null for keys of another kind. */
export function keyLogOf(block: Uint8Array): Uint8Array | null {
  if (block.length < HEADER) return null;
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  if (view.getUint32(0, true) !== TLS_KEY_LOG) return null;
  return block.subarray(HEADER, Math.min(block.length, HEADER + view.getUint32(4, true)));
}
