import { createHmac } from 'node:crypto';

const KEY_EXPANSION = 'key expansion';

/** HKDF-Expand-Label (RFC 8446, 7.1) with an empty context, for what fits into one block of the hash. */
export function expandLabel(hash: string, secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Uint8Array.of(length >> 8, length & 255, name.length), name, Uint8Array.of(0, 1)]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

/** The key block of TLS 1.2 and older (RFC 5246, 6.3), which the two randoms make of the master secret. */
export function keyBlock(
  hash: string,
  isOld: boolean,
  master: Uint8Array,
  server: Uint8Array,
  client: Uint8Array,
  length: number,
): Uint8Array {
  const seed = Buffer.concat([Buffer.from(KEY_EXPANSION, 'latin1'), server, client]);
  if (!isOld) return expand(hash, master, seed, length);
  // RFC 2246, 5: either half by a hash of its own
  const half = Math.ceil(master.length / 2);
  const block = expand('md5', master.subarray(0, half), seed, length);
  const other = expand('sha1', master.subarray(master.length - half), seed, length);
  for (let index = 0; index < length; index++) block[index]! ^= other[index]!;
  return block;
}

/** P_hash (RFC 5246, 5). */
function expand(hash: string, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let chain: Uint8Array = seed;
  for (let filled = 0; filled < length; ) {
    chain = createHmac(hash, secret).update(chain).digest();
    const piece = createHmac(hash, secret).update(chain).update(seed).digest();
    out.set(piece.subarray(0, length - filled), filled);
    filled += piece.length;
  }
  return out;
}
