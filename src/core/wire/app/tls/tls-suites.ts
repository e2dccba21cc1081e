import type { Aead } from '../aead.ts';

/** What records and packets are protected by from TLS 1.2 on, as far as reading them needs it. Lengths are in bytes. */
export interface AeadSuite extends Aead {
  readonly keyLength: number;
  /** What keys are derived with. */
  readonly hash: 'sha256' | 'sha384';
}

/** What encrypts in blocks, with a code of its own over the data. */
export interface CbcSuite {
  readonly kind: 'cbc';
  /** Name in node:crypto. */
  readonly cipher: CbcName;
  readonly keyLength: number;
  readonly hash: 'sha256' | 'sha384';
  /** What records are authenticated with. */
  readonly mac: 'sha1' | 'sha256' | 'sha384';
}
export type Suite = AeadSuite | CbcSuite;
type CbcName = 'aes-128-cbc' | 'aes-256-cbc' | 'camellia-128-cbc' | 'camellia-256-cbc';

const TAG = 16;
const SHORT_TAG = 8;
const SUITES = new Map<number, Suite>();

function add(numbers: readonly number[], suite: Suite): void {
  for (const number of numbers) SUITES.set(number, suite);
}

const aead = (
  kind: Aead['kind'],
  cipher: Aead['cipher'],
  keyLength: number,
  hash: AeadSuite['hash'],
  tagLength = TAG,
): AeadSuite => ({ kind, cipher, keyLength, tagLength, hash });
const cbc = (cipher: CbcName, mac: CbcSuite['mac']): CbcSuite => ({
  kind: 'cbc',
  cipher,
  keyLength: cipher.includes('128') ? 16 : 32,
  hash: mac === 'sha384' ? 'sha384' : 'sha256',
  mac,
});

// Numbers of IANA's registry "TLS Cipher Suites".
const GCM_128 = [0x9c, 0x9e, 0xa0, 0xa2, 0xa4, 0xa6, 0xa8, 0xaa, 0xac, 0xc02b, 0xc02d, 0xc02f, 0xc031, 0xd001, 0x1301];
const GCM_256 = [0x9d, 0x9f, 0xa1, 0xa3, 0xa5, 0xa7, 0xa9, 0xab, 0xad, 0xc02c, 0xc02e, 0xc030, 0xc032, 0xd002, 0x1302];
const CHACHA20 = [0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac, 0xccad, 0xccae, 0x1303];
const CCM_128 = [0xc09c, 0xc09e, 0xc0a4, 0xc0a6, 0xc0ac, 0xd005, 0x1304];
const CCM_256 = [0xc09d, 0xc09f, 0xc0a5, 0xc0a7, 0xc0ad];
const CCM_8_128 = [0xc0a0, 0xc0a2, 0xc0a8, 0xc0aa, 0xc0ae, 0xd003, 0x1305];
const CCM_8_256 = [0xc0a1, 0xc0a3, 0xc0a9, 0xc0ab, 0xc0af];
const AES_128_SHA = [
  ...[0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x8c, 0x90, 0x94],
  ...[0xc004, 0xc009, 0xc00e, 0xc013, 0xc018, 0xc01d, 0xc01e, 0xc01f, 0xc035],
];
const AES_256_SHA = [
  ...[0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x8d, 0x91, 0x95],
  ...[0xc005, 0xc00a, 0xc00f, 0xc014, 0xc019, 0xc020, 0xc021, 0xc022, 0xc036],
];
const AES_128_SHA256 = [
  ...[0x3c, 0x3e, 0x3f, 0x40, 0x67, 0x6c, 0xae, 0xb2, 0xb6],
  ...[0xc023, 0xc025, 0xc027, 0xc029, 0xc037],
];
const AES_256_SHA256 = [0x3d, 0x68, 0x69, 0x6a, 0x6b, 0x6d];
const AES_256_SHA384 = [0xaf, 0xb3, 0xb7, 0xc024, 0xc026, 0xc028, 0xc02a, 0xc038];
add(GCM_128, aead('gcm', 'aes-128-gcm', 16, 'sha256'));
add(GCM_256, aead('gcm', 'aes-256-gcm', 32, 'sha384'));
add(CHACHA20, aead('chacha20', 'chacha20-poly1305', 32, 'sha256'));
add(CCM_128, aead('ccm', 'aes-128-ccm', 16, 'sha256'));
add(CCM_256, aead('ccm', 'aes-256-ccm', 32, 'sha256'));
add(CCM_8_128, aead('ccm', 'aes-128-ccm', 16, 'sha256', SHORT_TAG));
add(CCM_8_256, aead('ccm', 'aes-256-ccm', 32, 'sha256', SHORT_TAG));
add(AES_128_SHA, cbc('aes-128-cbc', 'sha1'));
add(AES_256_SHA, cbc('aes-256-cbc', 'sha1'));
add(AES_128_SHA256, cbc('aes-128-cbc', 'sha256'));
add(AES_256_SHA256, cbc('aes-256-cbc', 'sha256'));
add(AES_256_SHA384, cbc('aes-256-cbc', 'sha384'));
add([0x41, 0x42, 0x43, 0x44, 0x45, 0x46], cbc('camellia-128-cbc', 'sha1'));
add([0x84, 0x85, 0x86, 0x87, 0x88, 0x89], cbc('camellia-256-cbc', 'sha1'));
add([0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xc072, 0xc074, 0xc076, 0xc078], cbc('camellia-128-cbc', 'sha256'));
add([0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5], cbc('camellia-256-cbc', 'sha256'));
add([0xc073, 0xc075, 0xc077, 0xc079], cbc('camellia-256-cbc', 'sha384'));

/** The suite with this number; undefined for one whose records are not read. */
export const suiteOf = (number: number): Suite | undefined => SUITES.get(number);

/** TLS 1.3 has suites of its own. */
export const isOfTls13 = (number: number): boolean => number >> 8 === 0x13;
