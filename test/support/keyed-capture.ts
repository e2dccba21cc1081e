import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Blocks, join, readCapture, words } from './captures.ts';
import { ROOT } from './program.ts';

const blocks = new Blocks(true);
const SECRETS_BLOCK = 10;
/** Secrets type of a key log (draft-ietf-opsawg-pcapng, 4.7). */
const TLS_KEY_LOG = 0x544c534b;

/** A capture of test/captures, and its key log. */
export const capturePath = (name: string): string => path.join(ROOT, 'test/captures', `${name}.pcap`);
export const keysPath = (name: string): string => path.join(ROOT, 'test/captures', `${name}.keys`);

/** A block of keys; `length` is what it says of them. */
export function secretsBlock(keys: Uint8Array, { type = TLS_KEY_LOG, length = keys.length } = {}): Uint8Array {
  return blocks.block(SECRETS_BLOCK, join(words(true, type, length), keys));
}

/** The packets of a capture of test/captures as pcapng, with these blocks before them. */
export async function keyedCapture(name: string, ...secrets: readonly Uint8Array[]): Promise<Uint8Array> {
  const { frames } = await readCapture(readFileSync(capturePath(name)));
  const packets = frames.map(({ bytes, time }) => {
    const [seconds, nanoseconds] = time!.split('.');
    const micros = BigInt(seconds!) * 1_000_000n + BigInt(nanoseconds!) / 1000n;
    return blocks.packet(Buffer.from(bytes, 'hex'), { high: Number(micros >> 32n), low: Number(micros & 0xffffffffn) });
  });
  return join(blocks.section(), blocks.iface(), ...secrets, ...packets);
}
