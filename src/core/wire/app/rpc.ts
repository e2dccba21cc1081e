import { AgedMap } from '../aged-map.ts';
import { u32 } from '../bytes.ts';
import { keyedNumber } from '../keyed-number.ts';
import { END, NOT_MINE } from '../outcome.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Protocol, protocol } from '../protocol.ts';

// RFC 5531, 9: xid (4), call 0 or reply 1 (4); a call: version 2 (4), program (4), its version (4), procedure (4);
// 11: over TCP a mark (4) before each fragment, its highest bit being the last one's.
const CALL = 0;
const REPLY = 1;
const REPLY_HEADER = 12;
const CALL_HEADER = 24;
/** The port that all that comes is taken for it: messages in parts have no header, which tshark calls a continuation. */
const PORTMAP_PORT = 111;
const MARK = 4;
const LAST_FRAGMENT = 0x80000000;
const LONGEST_RECORD = 4 * 1024 * 1024;
/** Calls that wait for their replies, for each flow. */
const MOST_CALLS = 256;

const program = (name: string, about: string): Protocol => protocol({ name, about });
export const nfs = program('nfs', 'Network File System');
export const portmap = program('portmap', 'Portmap');
export const mount = program('mount', 'Mount Service');
export const nfsacl = program('nfsacl', 'NFS ACL');
export const nlm = program('nlm', 'Network Lock Manager Protocol');
const PROGRAMS: ReadonlyMap<number, Protocol> = new Map([
  [100_000, portmap],
  [100_003, nfs],
  [100_005, mount],
  [100_021, nlm],
  [100_227, nfsacl],
]);
const LOWEST_PROGRAM = 100_000;
const HIGHEST_PROGRAM = 0x60000000;

/** The programs that were called, so that replies are known for theirs. */
class RpcState {
  readonly calls = new AgedMap<number, number>(MOST_CALLS);
}

export const rpc = protocol({
  name: 'rpc',
  about: 'Remote Procedure Call',
  udpPorts: [PORTMAP_PORT, 2049],
  tcpPorts: [PORTMAP_PORT],
  datagram(packet: Packet): number {
    if (isMessage(packet, packet.offset, packet.end)) push(packet, packet.offset, packet.end);
    else if (packet.srcPort === PORTMAP_PORT || packet.dstPort === PORTMAP_PORT) packet.push(rpc.id);
    else return NOT_MINE;
    return END;
  },
  datagramLooksLike: (packet) => isMessage(packet, packet.offset, packet.end),
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    let pushed = false;
    while (packet.offset < end) {
      const start = packet.offset;
      const left = end - start;
      if (left < headerOf(bytes, start, left)) {
        if (!packet.canWait) return pushed;
        packet.needed = NEED_SEGMENT;
        return true;
      }
      const length = MARK + (u32(bytes, start) & ~LAST_FRAGMENT);
      if (length < MARK + REPLY_HEADER || length > LONGEST_RECORD) return pushed;
      if (!isMessage(packet, start + MARK, end)) return pushed;
      if (length > left && packet.canWait) {
        packet.needed = length - left;
        return true;
      }
      push(packet, start + MARK, Math.min(end, start + length));
      pushed = true;
      packet.offset = start + Math.min(length, left);
    }
    return true;
  },
  segmentLooksLike(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    if (end - offset < MARK + REPLY_HEADER) return false;
    const length = u32(bytes, offset) & ~LAST_FRAGMENT;
    return length >= REPLY_HEADER && length <= LONGEST_RECORD && isMessage(packet, offset + MARK, end);
  },
  keepsStream: true,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (end - start < REPLY_HEADER || u32(bytes, start + 4) > REPLY) return 'Continuation';
    const kind = u32(bytes, start + 4) === CALL ? 'Call' : 'Reply';
    return `${kind} XID 0x${u32(bytes, start).toString(16)}`;
  },
});

/** Bytes by which a record is known, as far as those there tell; `left` for one that cannot be so long. */
function headerOf(bytes: Uint8Array, start: number, left: number): number {
  if (left >= MARK) {
    const length = u32(bytes, start) & ~LAST_FRAGMENT;
    if (length < REPLY_HEADER || length > LONGEST_RECORD) return left;
  }
  return MARK + (left >= MARK + 8 && u32(bytes, start + 4 + MARK) === REPLY ? REPLY_HEADER : CALL_HEADER);
}

function stateOf(packet: Packet): RpcState | null {
  const { flow } = packet;
  if (flow === null) return null;
  if (!(flow.applicationState instanceof RpcState)) flow.applicationState = new RpcState();
  return flow.applicationState as RpcState;
}

/** A call of a program number that may be, or a reply to a call that was seen. */
function isMessage(packet: Packet, start: number, end: number): boolean {
  const { bytes, flow } = packet;
  if (end - start < REPLY_HEADER) return false;
  const kind = u32(bytes, start + 4);
  if (kind === CALL) {
    if (end - start < CALL_HEADER || u32(bytes, start + 8) !== 2) return false;
    const number = u32(bytes, start + 12);
    return (
      PROGRAMS.has(number) || (number >= LOWEST_PROGRAM && number < HIGHEST_PROGRAM && u32(bytes, start + 16) < 16)
    );
  }
  const state = flow?.applicationState;
  return (
    kind === REPLY &&
    u32(bytes, start + 8) <= 1 &&
    state instanceof RpcState &&
    state.calls.has(keyedNumber(u32(bytes, start)))
  );
}

function push(packet: Packet, start: number, end: number): void {
  const { bytes } = packet;
  const state = stateOf(packet);
  const { offset, end: whole } = packet;
  packet.offset = start;
  packet.end = end;
  packet.push(rpc.id);
  const xid = keyedNumber(u32(bytes, start));
  let number = 0;
  if (u32(bytes, start + 4) === CALL) {
    number = u32(bytes, start + 12);
    state?.calls.add(xid, number);
  } else number = state?.calls.get(xid) ?? 0;
  const called = PROGRAMS.get(number);
  if (called !== undefined) packet.push(called.id);
  packet.offset = offset;
  packet.end = whole;
}
