import { HmacKey, labelSchedule } from './quic-hkdf.ts';

/** What one version of QUIC needs for its Initial packets: RFC 9001, 5.2; RFC 9369, 3.3; the drafts. */
export interface QuicVersion {
  readonly name: string;
  readonly salt: HmacKey;
  readonly labels: KeyLabels;
  /** What the labels begin with by which keys are derived. */
  readonly prefix: string;
  /** Long packet types in their order: Initial, 0-RTT, Handshake, Retry. */
  readonly types: readonly [number, number, number, number];
  /** Type of the frames that carry the handshake. */
  readonly cryptoFrame: number;
}

/** What the parts of a side's key are derived by, as schedules of SHA-256. */
interface KeyLabels {
  readonly key: Int32Array;
  readonly iv: Int32Array;
  readonly headerProtection: Int32Array;
}

const labels = (prefix: string): KeyLabels => ({
  key: labelSchedule(`${prefix} key`, 16),
  iv: labelSchedule(`${prefix} iv`, 12),
  headerProtection: labelSchedule(`${prefix} hp`, 16),
});
const LABELS = labels('quic');

const V1_TYPES = [0, 1, 2, 3] as const;
const V2_TYPES = [1, 2, 3, 0] as const;
const CRYPTO = 6;
/** Of Google's versions between its own protocol and the standard. */
const GOOGLE_CRYPTO = 8;
const salt = (hex: string): HmacKey => HmacKey.of(Buffer.from(hex, 'hex'));
const V1_SALT = salt('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const V2_DRAFT_SALT = salt('a707c203a59b47184a1d62ca570406ea7ae3e5d3');
const DRAFT_29_SALT = salt('afbfec289993d24c9e9786f19c6111e04390a899');
const DRAFT_23_SALT = salt('c3eef712c72ebb5a11a7d2432bb46365bef9f502');
const DRAFT_22_SALT = salt('7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a');

function draftSalt(number: number): HmacKey {
  if (number >= 33) return V1_SALT;
  if (number >= 29) return DRAFT_29_SALT;
  return number >= 23 ? DRAFT_23_SALT : DRAFT_22_SALT;
}

const like1 = (name: string, key: HmacKey, cryptoFrame = CRYPTO): QuicVersion => ({
  name,
  salt: key,
  labels: LABELS,
  prefix: 'quic',
  types: V1_TYPES,
  cryptoFrame,
});
const like2 = (name: string, key: HmacKey): QuicVersion => ({
  name,
  salt: key,
  labels: labels('quicv2'),
  prefix: 'quicv2',
  types: V2_TYPES,
  cryptoFrame: CRYPTO,
});
const draft = (number: number): QuicVersion => like1(`draft-${number}`, draftSalt(number));

const FIRST_DRAFT = 11;
const LAST_DRAFT = 34;
const VERSIONS: ReadonlyMap<number, QuicVersion> = new Map([
  [1, like1('1', V1_SALT)],
  [0x6b3343cf, like2('2', salt('0dede3def700a6db819381be6e269dcbf9bd2ed9'))],
  [0x709a50c4, like2('2 (draft-01)', V2_DRAFT_SALT)],
  ...Array.from(
    { length: LAST_DRAFT + 1 - FIRST_DRAFT },
    (_, index) => [0xff000000 + FIRST_DRAFT + index, draft(FIRST_DRAFT + index)] as const,
  ),
  // Facebook's mvfst
  [0xfaceb001, draft(22)],
  [0xfaceb002, draft(27)],
  [0xfaceb00e, draft(27)],
  // Google's, the first one with a handshake of its own, the others with TLS
  [0x51303530, like1('Q050', salt('504574efd066fe2f9d945cfcdbd3a7f0d3b56b45'), GOOGLE_CRYPTO)],
  [0x54303530, like1('T050', salt('7ff579e5acd072915580304c43a2367c60488310'), GOOGLE_CRYPTO)],
  [0x54303531, like1('T051', salt('7a4edef4e7ccee5fa4506c19124fc8ccda6e033d'), GOOGLE_CRYPTO)],
]);
/** Packets of a reserved version are made as if for one the client knows; the late drafts sent them most. */
const RESERVED = like1('reserved', DRAFT_29_SALT);

/** Null for a version that is not known. */
export function quicVersion(number: number): QuicVersion | null {
  return VERSIONS.get(number) ?? (isReservedVersion(number) ? RESERVED : null);
}

/** RFC 9000, 15: versions that only provoke a negotiation. */
const isReservedVersion = (number: number): boolean => (number & 0x0f0f0f0f) === 0x0a0a0a0a;
