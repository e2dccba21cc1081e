import type { Socket } from './socket.ts';

/** A socket while it is being filled in. */
export type SocketDraft = { -readonly [K in keyof Socket]: Socket[K] };

/**
 * A socket of which nothing is known. Every socket starts here, because objects made in one place have one shape, and a
 * table of 18,000 rows is only fast to build and to print while they do.
 */
export function blankSocket(): SocketDraft {
  return {
    key: 0,
    source: 'sock_diag',
    proto: 'tcp',
    family: 'ipv4',
    state: 'UNCONN',
    local_addr: '0.0.0.0',
    local_port: 0,
    remote_addr: null,
    remote_port: null,
    uid: null,
    inode: null,
    ifindex: 0,
    rx_queue: null,
    tx_queue: null,
    rx_bytes: null,
    tx_bytes: null,
    rx_packets: null,
    tx_packets: null,
    rtt_ms: null,
    rttvar_ms: null,
    min_rtt_ms: null,
    retrans: null,
    lost: null,
    cwnd: null,
    mss: null,
    congestion: null,
    bytes_acked: null,
    bytes_retrans: null,
    delivery_rate: null,
    retransmits: null,
    rmem_bytes: null,
    wmem_bytes: null,
    rcvbuf_bytes: null,
    sndbuf_bytes: null,
    drops: null,
    app: null,
    server_name: null,
    stream: null,
  };
}
