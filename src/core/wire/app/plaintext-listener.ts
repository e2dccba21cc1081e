import type { Packet } from '../packet.ts';

/** Why a record of TLS stays encrypted. */
export type Secrecy =
  /** The capture does not have the hellos of its session. */
  | 'no hello'
  /** Nobody told the secrets of its session. */
  | 'no secret'
  /** Its suite, or its version, is none of those that are read. */
  | 'suite'
  /** The secrets that were told do not open it. */
  | 'wrong secret'
  /** The capture cut it off, or lost a part of it. */
  | 'cut';

/** Hears what records of application data hold, in the order of their connection. */
export interface PlaintextListener {
  /** A record was opened. The bytes are valid until this returns. */
  opened(packet: Packet, plaintext: Uint8Array): void;
  /** A record was not; in TLS 1.3 it may have held anything. */
  closed(packet: Packet, why: Secrecy): void;
}
