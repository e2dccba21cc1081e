import { libc } from './libc.ts';

// packet(7); include/uapi/linux/if_packet.h
const AF_PACKET = 17;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_MR_PROMISC = 1;
const SOCKADDR_LL = 20;
const PACKET_MREQ = 16;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
/** Every protocol (include/uapi/linux/if_ether.h). */
export const ETH_P_ALL = 3;

/**
 * Binds a packet socket to the interface of an index, for packets of a protocol. Only to open one takes a privilege: which
 * interface it is bound to may change later. Returns whether the kernel has such an interface.
 */
export function bindPacketSocket(socket: number, index: number, protocol: number): boolean {
  const c = libc();
  const address = Buffer.alloc(SOCKADDR_LL);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(protocol, 2);
  address.writeInt32LE(index, 4);
  if (c.bind(socket, address, SOCKADDR_LL) < 0) return false;
  // one that is down is an error that would be reported once: packets come when it is up
  const length = Buffer.alloc(4);
  length.writeUInt32LE(4);
  c.getsockopt(socket, SOL_SOCKET, SO_ERROR, Buffer.alloc(4), length);
  return true;
}

/** Has an interface take packets that are not for this machine, as long as the socket is open. */
export function bePromiscuous(socket: number, index: number): void {
  const request = Buffer.alloc(PACKET_MREQ);
  request.writeInt32LE(index, 0);
  request.writeUInt16LE(PACKET_MR_PROMISC, 4);
  libc().setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request, PACKET_MREQ);
}
