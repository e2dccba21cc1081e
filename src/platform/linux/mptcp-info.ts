import type { SocketDraft } from '../../core/socket/blank-socket.ts';

/**
 * What the kernel says of MPTCP (include/uapi/linux/mptcp.h): struct mptcp_info of a connection, and of each TCP socket
 * that carries a part of one, attributes inside INET_DIAG_ULP_INFO. Offsets are in 32-bit words.
 */
const SUBFLOWS_AND_MORE = 0; // subflows besides the first in bits 0 to 7
const FLAGS = 2;
const TOKEN = 3;
const RETRANSMITS = 11;
const BYTES_RETRANS = 12;
const BYTES_SENT = 14;
const BYTES_RECEIVED = 16;
const BYTES_ACKED = 18;
const SUBFLOWS_TOTAL = 20; // in bits 0 to 7

const FELL_BACK = 1;

const INET_ULP_INFO_MPTCP = 3;
const TOKEN_LOCAL = 2;
const SUBFLOW_FLAGS = 8;
const ID_REMOTE = 9;
const ID_LOCAL = 10;

/** Bits of the flags, from the lowest, as the letters of `ss`. */
const LETTERS = 'MmJjBbecv';
const MCAP = 0b11;
const JOIN = 0b1100;
const BACKUP_REMOTE = 1 << 4;
const BACKUP_LOCAL = 1 << 5;

/** Attribute types carry two flags in their highest bits: nested, and byte order. */
const TYPE = 0x3fff;

/** Fills in what the struct mptcp_info in `words[at]` to `words[end - 1]` says of a connection whose state is known. */
export function fillFromMptcpInfo(socket: SocketDraft, words: Uint32Array, at: number, end: number): void {
  const length = end - at;
  if (socket.state === 'LISTEN') socket.mptcp_role = 'listener';
  if (socket.state === 'LISTEN' || length <= TOKEN) return;
  socket.mptcp_role = (words[at + FLAGS]! & FELL_BACK) === 0 ? 'connection' : 'fallback';
  const token = words[at + TOKEN]!;
  if (token !== 0) socket.mptcp_token = tokenText(token);
  // before Linux 6.6 the first is not counted, which may be gone
  if (length > SUBFLOWS_TOTAL) socket.mptcp_subflows = words[at + SUBFLOWS_TOTAL]! & 0xff;
  else if ((words[at + SUBFLOWS_AND_MORE]! & 0xff) === 0) socket.mptcp_subflows = 1;
  if (length <= BYTES_ACKED + 1) return; // before Linux 6.5
  socket.retrans = words[at + RETRANSMITS]!;
  socket.bytes_retrans = readUint64(words, at + BYTES_RETRANS);
  socket.bytes_acked = readUint64(words, at + BYTES_ACKED);
  socket.mptcp_rx_bytes = readUint64(words, at + BYTES_RECEIVED);
  socket.mptcp_tx_bytes = readUint64(words, at + BYTES_SENT);
}

/** Fills in what INET_DIAG_ULP_INFO says of a TCP socket that carries MPTCP; what other layers say is left out. */
export function fillFromUlpInfo(socket: SocketDraft, words: Uint32Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const next = at + (((words[at]! & 0xffff) + 3) >>> 2);
    if (next <= at || next > end) return;
    if (((words[at]! >>> 16) & TYPE) === INET_ULP_INFO_MPTCP) fillFromSubflow(socket, words, at + 1, next);
    at = next;
  }
}

function fillFromSubflow(socket: SocketDraft, words: Uint32Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const next = at + (((words[at]! & 0xffff) + 3) >>> 2);
    if (next <= at || next > end) return;
    if (next > at + 1) fillFromAttribute(socket, (words[at]! >>> 16) & TYPE, words[at + 1]!);
    at = next;
  }
}

function fillFromAttribute(socket: SocketDraft, type: number, value: number): void {
  switch (type) {
    case TOKEN_LOCAL:
      if (value !== 0) socket.mptcp_token = tokenText(value);
      break;
    case SUBFLOW_FLAGS:
      socket.mptcp_role = (value & JOIN) !== 0 ? 'joined' : (value & MCAP) !== 0 ? 'initial' : 'subflow';
      socket.mptcp_backup = backupOf(value);
      socket.mptcp_flags = [...LETTERS].filter((_letter, bit) => (value & (1 << bit)) !== 0).join('');
      break;
    case ID_REMOTE:
      socket.mptcp_remote_id = value & 0xff;
      break;
    case ID_LOCAL:
      socket.mptcp_local_id = value & 0xff;
      break;
  }
}

function backupOf(flags: number): SocketDraft['mptcp_backup'] {
  const byLocal = (flags & BACKUP_LOCAL) !== 0;
  if ((flags & BACKUP_REMOTE) !== 0) return byLocal ? 'both' : 'remote';
  return byLocal ? 'local' : 'none';
}

const tokenText = (token: number): string => token.toString(16).padStart(8, '0');

const readUint64 = (words: Uint32Array, at: number): number => words[at + 1]! * 0x1_0000_0000 + words[at]!;
