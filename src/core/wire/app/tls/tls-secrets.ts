/** Labels of the NSS key log format whose secrets are of use; the four of TLS 1.3 are QUIC's, too (RFC 9001, 5.1). */
export const SECRET_LABELS = [
  'CLIENT_RANDOM', // the master secret of TLS 1.2 and older
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
  'CLIENT_EARLY_TRAFFIC_SECRET',
] as const;
export type SecretLabel = (typeof SECRET_LABELS)[number];

/** Secrets of TLS sessions. */
export interface TlsSecrets {
  /** The secret with this label of the session whose ClientHello has this random (32 bytes); null when it is not known. */
  find(label: SecretLabel, clientRandom: Uint8Array): Uint8Array | null;
}
