import type { Socket } from '../../core/socket/socket.ts';
import { parseInetDiag, parseProtocol } from './inet-diag.ts';
import { NETLINK_SOCK_DIAG, openNetlink } from './netlink.ts';
import type { NetworkNamespace } from './netns.ts';
import { openIn } from './rtnetlink.ts';
import { DIAG_PROTOCOLS, SOCK_DIAG_BY_FAMILY, wordsOf } from './sock-diag.ts';

/** SKNLGRP_INET_TCP_DESTROY, INET_UDP_DESTROY and their INET6 twins (include/uapi/linux/sock_diag.h). */
const DESTROY_GROUPS = [1, 2, 3, 4];

export interface SocketDestroyEvents {
  /**
   * The sockets that closed since the last call, with the counters they ended with; waits for nothing. Not `whole` when
   * the kernel dropped some because nobody read in time.
   */
  read(): { readonly sockets: readonly Socket[]; readonly whole: boolean };
  close(): void;
}

/**
 * Subscribes to the end of TCP and UDP sockets in a network namespace, or in our own: what listings miss when a
 * connection lives between two of them. The kernel reports a TCP socket when it is done with it: when it enters
 * TIME_WAIT, or CLOSE. Such a socket has state CLOSE and no uid, inode or queues. Its key is the one it had in
 * listings; in TIME_WAIT it keeps that key only if it was ever listed before. Needs no privilege. Throws NetlinkError,
 * or Failure 69 without koffi.
 */
export function openSocketDestroyEvents(netns: NetworkNamespace | null): SocketDestroyEvents {
  const netlink = openIn(netns, () => openNetlink(NETLINK_SOCK_DIAG));
  netlink.join(DESTROY_GROUPS);
  return {
    read() {
      const sockets: Socket[] = [];
      const whole = netlink.receive((type, data, start, end) => {
        const socket = type === SOCK_DIAG_BY_FAMILY ? parseDestroyed(wordsOf(data), start >>> 2, end >>> 2) : null;
        if (socket !== null) sockets.push(socket);
      });
      return { sockets, whole };
    },
    close: () => netlink.close(),
  };
}

function parseDestroyed(words: Uint32Array, start: number, end: number): Socket | null {
  const number = parseProtocol(words, start, end);
  const proto = number === DIAG_PROTOCOLS.tcp ? 'tcp' : number === DIAG_PROTOCOLS.udp ? 'udp' : null;
  if (proto === null) return null;
  const socket = parseInetDiag(words, start, end, proto);
  // never bound: opened for an ioctl, as our own look at interfaces does, and it moved nothing
  if (socket === null || socket.local_port === 0) return null;
  // the kernel leaves these zero rather than unsaid
  socket.uid = null;
  socket.rx_queue = null;
  socket.tx_queue = null;
  return socket;
}
