import { conn } from '../record/tables/conn.ts';
import type { Socket } from './socket.ts';

/** A socket while it is being filled in. */
export type SocketDraft = { -readonly [K in keyof Socket]: Socket[K] };

/** What stands where a socket cannot be without a value, until its source fills it in. */
const STARTS: { readonly [K in keyof Socket as null extends Socket[K] ? never : K]: Socket[K] } = {
  key: 'blank',
  ifindex: 0,
  source: 'sock_diag',
  proto: 'tcp',
  family: 'ipv4',
  state: 'UNCONN',
  local_addr: '0.0.0.0',
  local_port: 0,
};

const told = Object.entries(conn.fields).filter(([, { by }]) => by === null);
const unknown = { ...Object.fromEntries(told.map(([name]) => [name, null])), ...STARTS };
/** Read from JSON, it is one object with room for all; made property by property it and its copies would be two each. */
const BLANK = JSON.parse(JSON.stringify(unknown)) as SocketDraft;

/**
 * A socket of which nothing is known. Every socket starts as a copy of one object, because copies have one hidden class,
 * and a table of 18,000 rows is only fast to build and to print while they do.
 */
export function blankSocket(): SocketDraft {
  return { ...BLANK };
}
