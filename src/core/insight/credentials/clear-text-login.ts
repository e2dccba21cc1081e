import type { Packet } from '../../wire/packet.ts';

/** How a login was seen to travel; its contents are never kept. */
export type LoginKind =
  | 'HTTP Basic'
  | 'HTTP form'
  | 'FTP'
  | 'POP3'
  | 'IMAP'
  | 'SMTP'
  | 'Telnet'
  | 'LDAP simple bind'
  | 'MQTT'
  | 'Redis AUTH'
  | 'PostgreSQL'
  | 'SNMP community';

/** What a conversation has to remember from one packet to the next. */
export interface LoginState {
  /** The client's next line, or message, is a secret. */
  secretFollows: boolean;
  /** The user who logs in needs no password: an anonymous FTP user. */
  isAnonymous: boolean;
}

/** What looks for logins in one layer of a packet; null for none. `state` is that of the flow, and may be set. */
export type LoginReader = (
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: Packet,
  state: LoginState,
) => LoginKind | null;
