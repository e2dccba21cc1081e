import { HmacKey, hkdfLabel } from './quic-hkdf.ts';

/** What one version of QUIC needs for its Initial packets: RFC 9001, 5.2; RFC 9369, 3.3; the drafts. */
export interface QuicVersion {
  readonly name: string;
  readonly salt: HmacKey;
  readonly labels: KeyLabels;
  /** Long packet types in their order: Initial, 0-RTT, Handshake, Retry. */
  readonly types: readonly [number, number, number, number];
}

/** What the parts of a side's key are derived by. */
interface KeyLabels {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerProtection: Uint8Array;
}

const labels = (prefix: string): KeyLabels => ({
  key: hkdfLabel(`${prefix} key`, 16),
  iv: hkdfLabel(`${prefix} iv`, 12),
  headerProtection: hkdfLabel(`${prefix} hp`, 16),
});
const LABELS = labels('quic');

const V1_TYPES = [0, 1, 2, 3] as const;
const V2_TYPES = [1, 2, 3, 0] as const;
const salt = (hex: string): HmacKey => new HmacKey(Buffer.from(hex, 'hex'));
const V1_SALT = salt('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const DRAFT_29_SALT = salt('afbfec289993d24c9e9786f19c6111e04390a899');
const DRAFT_23_SALT = salt('c3eef712c72ebb5a11a7d2432bb46365bef9f502');
const T051_SALT = salt('7a4edef4e7ccee5fa4506c19124fc8ccda6e033d');
const draft = (number: number): QuicVersion => ({
  name: `draft-${number}`,
  salt: number >= 33 ? V1_SALT : number >= 29 ? DRAFT_29_SALT : DRAFT_23_SALT,
  labels: LABELS,
  types: V1_TYPES,
});

const VERSIONS: ReadonlyMap<number, QuicVersion> = new Map([
  [1, { name: '1', salt: V1_SALT, labels: LABELS, types: V1_TYPES }],
  [
    0x6b3343cf,
    { name: '2', salt: salt('0dede3def700a6db819381be6e269dcbf9bd2ed9'), labels: labels('quicv2'), types: V2_TYPES },
  ],
  ...Array.from({ length: 12 }, (_, index) => [0xff000017 + index, draft(23 + index)] as const),
  [0xfaceb002, draft(27)], // Facebook's mvfst
  [0x54303531, { name: 'T051', salt: T051_SALT, labels: LABELS, types: V1_TYPES }], // Google's, with TLS
]);

/** Null for a version that is not known. */
export function quicVersion(number: number): QuicVersion | null {
  return VERSIONS.get(number) ?? null;
}

/** RFC 9000, 15: versions that only provoke a negotiation. */
export const isReservedVersion = (number: number): boolean => (number & 0x0f0f0f0f) === 0x0a0a0a0a;
