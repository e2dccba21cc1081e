import {
  address,
  by,
  byteRate,
  bytes,
  choice,
  count,
  integer,
  list,
  maybe,
  millis,
  port,
  seconds,
  shown,
  shownWhenRepeating,
  type Tone,
  text,
  time,
} from '../field.ts';
import { type Row, table } from '../table.ts';

/** TCP states by their RFC 9293 names as the kernel spells them, and UNCONN for a datagram socket without a peer. */
export const SOCKET_STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'UNCONN',
] as const;
export type SocketState = (typeof SOCKET_STATES)[number];

/** The colours of the timeline: alive, waiting for others, opening, closing. */
function toneOfState(state: SocketState): Tone | null {
  switch (state) {
    case 'ESTABLISHED':
      return 'good';
    case 'LISTEN':
      return 'notice';
    case 'SYN_SENT':
    case 'SYN_RECV':
      return 'busy';
    case 'CLOSE_WAIT':
    case 'TIME_WAIT':
    case 'FIN_WAIT1':
    case 'FIN_WAIT2':
    case 'LAST_ACK':
    case 'CLOSING':
      return 'bad';
    default:
      return null;
  }
}

/**
 * How the owner was found, and how sure that is. `none ...` gives the reason why `pid` and `process` are null.
 */
const ATTRIBUTIONS = [
  'proc_fd exact', // one process holds the socket's inode
  'proc_fd shared', // several do (`pids`); `pid` is the one that started first
  'lsof exact', // lsof named the process
  'ebpf exact', // the kernel told of the process that used it, by eBPF; it may be gone
  'ebpf shared', // of several
  'none kernel', // the kernel keeps it, no process does: TIME_WAIT, a request not yet accepted, an orphan closing
  'none denied', // its owner's descriptors may not be read by this user, or /proc is not mounted
  'none unseen', // no visible process holds it: another pid namespace, or gone while we looked
  'none capture', // read from packets, which carry no process
  'comment exact', // a comment that netwatch put into the capture names it (capture --annotate): of the local side, or else of the remote
] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];

const MPTCP_ROLES = ['connection', 'fallback', 'initial', 'joined', 'subflow', 'listener'] as const;

const CONN_SOURCES = ['sock_diag', 'proc_net', 'netstat', 'capture', 'ebpf'] as const;

/**
 * One row per socket (live) or per flow (from a capture). Fields without a mark are those that the source of the sockets
 * fills in, as far as it knows them.
 */
export const conn = table(
  'conn',
  'One row per socket, or per flow of a capture.',
  {
    time: by('engine', time('When it was read.')),
    proto: choice(
      'Transport protocol.',
      ['tcp', 'udp', 'raw', 'icmp', 'udplite', 'sctp', 'dccp', 'mptcp'],
      shown('PROTO', 6),
    ),
    family: choice('Address family of the traffic; an IPv4-mapped IPv6 address counts as ipv4.', ['ipv4', 'ipv6']),
    state: choice('State, by RFC 9293 names; UNCONN is a datagram socket without a peer.', SOCKET_STATES, {
      ...shown('STATE', 4),
      tone: toneOfState,
    }),
    local_addr: address('Local address; 0.0.0.0 or :: is any.', shown('LOCAL', 1)),
    local_port: port('Local port; the protocol number for raw sockets.', shown('PORT', 3)),
    remote_addr: maybe(address('Remote address; null without a peer.', shown('REMOTE', 1))),
    remote_port: maybe(port('Remote port; null without a peer.', shown('RPORT', 1))),
    pid: by(
      'engine',
      maybe(integer('Process id of the owner; of several, the one that started first.', shown('PID', 5))),
    ),
    process: by('engine', maybe(text('Name of the executable that holds the socket.', shown('PROCESS', 2, 8)))),
    cmdline: by('engine', maybe(text('Command line, arguments separated by one space.'))),
    uid: maybe(integer('User id that owns the socket.')),
    user: by('engine', maybe(text('User name of uid.', shown('USER', 8)))),
    inode: maybe(integer('Socket inode; null where the kernel keeps no inode.')),
    rx_queue: maybe(bytes('Bytes not yet read by the process; for LISTEN, connections waiting to be accepted.')),
    tx_queue: maybe(bytes('Bytes not yet acknowledged or sent; for LISTEN, the length of the accept queue.')),
    rx_bytes: maybe(
      bytes(
        'Payload bytes received (tcpi_bytes_received less the FIN of the peer, which the kernel counts as one; once closed it may be among them). With source ebpf, what processes read since it was watched.',
        shown('RX', 7),
      ),
    ),
    tx_bytes: maybe(
      bytes(
        'Payload bytes sent, each counted once (tcpi_bytes_sent less tcpi_bytes_retrans). With source ebpf, what processes sent since it was watched.',
        shown('TX', 7),
      ),
    ),
    rx_packets: maybe(count('Segments received (tcpi_segs_in); datagrams with source ebpf.')),
    tx_packets: maybe(count('Segments sent, retransmissions included (tcpi_segs_out); datagrams with source ebpf.')),
    rx_rate: by(
      'engine',
      maybe(byteRate('Payload bytes received per second, between two samples.', shownWhenRepeating('RX/s', 1))),
    ),
    tx_rate: by(
      'engine',
      maybe(byteRate('Payload bytes sent per second, between two samples.', shownWhenRepeating('TX/s', 1))),
    ),
    rtt_ms: maybe(millis('Smoothed round-trip time (tcpi_rtt; from packets, after RFC 6298).', shown('RTT', 1))),
    rttvar_ms: maybe(millis('Mean deviation of the round-trip time (tcpi_rttvar).')),
    min_rtt_ms: maybe(millis('Lowest round-trip time seen (tcpi_min_rtt).')),
    retrans: maybe(count('Segments retransmitted since the start (tcpi_total_retrans).')),
    lost: maybe(count('Segments now thought lost (tcpi_lost).')),
    cwnd: maybe(count('Congestion window in segments (tcpi_snd_cwnd).')),
    mss: maybe(integer('Sending maximum segment size, in bytes (tcpi_snd_mss).')),
    iface: by('engine', maybe(text('Interface it is bound to, or that holds its local address.'))),
    first_seen: by('engine', maybe(time('When this run first saw it; null in a single snapshot, which cannot know.'))),
    age_s: by('engine', maybe(seconds('Seconds since first_seen.'))),
    remote_host: by('engine', maybe(text('Name of remote_addr by reverse DNS, with --resolve.'))),
    service: by('engine', maybe(text('Service name of the listening or remote port (/etc/services).'))),
    app: maybe(text('Application protocol seen in its packets; null without packets.')),
    server_name: maybe(text('Server name seen in its packets (TLS SNI, HTTP Host); null without packets.')),
    geo_country: by('engine', maybe(text('ISO 3166 country of remote_addr from a local database; null without one.'))),
    container: by('engine', maybe(text('Container id or name, from the cgroup.'))),
    cgroup: by('engine', maybe(text('Control group of the owner (cgroup v2 path).'))),
    netns: by(
      'engine',
      maybe(text('Network namespace: its name under /run/netns, or net:[inode]; null for the one netwatch runs in.')),
    ),
    stream: maybe(integer('Stream number in a capture.')),
    source: choice('Where the counters come from; app and server_name always come from packets.', CONN_SOURCES),
    attribution: by(
      'engine',
      choice('How the owner was found and how sure that is; none gives the reason.', ATTRIBUTIONS),
    ),
    pids: by('engine', list('Every process that holds the socket, the first to start first.')),
    exe: by('engine', maybe(text('Path of the executable.'))),
    comm: by('engine', maybe(text('Thread name the kernel keeps (15 bytes).'))),
    process_start: by('engine', maybe(time('When the owning process started.'))),
    congestion: maybe(text('Congestion control algorithm.')),
    bytes_acked: maybe(
      bytes(
        'Payload bytes acknowledged by the peer (tcpi_bytes_acked, less the SYN and FIN that the kernel counts; before Linux 4.19 with them).',
      ),
    ),
    bytes_retrans: maybe(bytes('Payload bytes retransmitted (tcpi_bytes_retrans).')),
    delivery_rate: maybe(byteRate('Latest goodput measured by the kernel (tcpi_delivery_rate).')),
    retransmits: maybe(count('Timeouts in a row without an answer (tcpi_retransmits).')),
    rmem_bytes: maybe(bytes('Receive memory in use (SK_MEMINFO_RMEM_ALLOC).')),
    wmem_bytes: maybe(bytes('Send memory in use (SK_MEMINFO_WMEM_QUEUED).')),
    rcvbuf_bytes: maybe(bytes('Receive buffer limit (SK_MEMINFO_RCVBUF).')),
    sndbuf_bytes: maybe(bytes('Send buffer limit (SK_MEMINFO_SNDBUF).')),
    drops: maybe(count('Packets dropped because the socket could not take them (SK_MEMINFO_DROPS).')),
    community_id: by(
      'engine',
      maybe(
        text(
          'Community ID of the flow, version 1 with seed 0, as Zeek and Suricata compute it; null without a peer, and for MPTCP.',
        ),
      ),
    ),
    geo_city: by('engine', maybe(text('City of remote_addr, where a database of cities is installed (--geoip).'))),
    asn: by(
      'engine',
      maybe(integer('Autonomous system that announces remote_addr, where a database of them is installed.')),
    ),
    as_org: by('engine', maybe(text('Organization of that autonomous system.'))),
    mptcp_token: maybe(
      text('Token of the MPTCP connection on this machine, which its subflows share; null for everything else.'),
    ),
    mptcp_role: maybe(
      choice(
        'What it is to MPTCP: the connection (fallback: it became plain TCP), its initial subflow, one that joined, either of both where the kernel does not tell, or a listener.',
        MPTCP_ROLES,
      ),
    ),
    mptcp_subflows: maybe(count('Subflows that an MPTCP connection has now.')),
    mptcp_rx_bytes: maybe(
      bytes('Bytes an MPTCP connection received; rx_bytes has those of its subflows, so that sums count each once.'),
    ),
    mptcp_tx_bytes: maybe(
      bytes('Bytes an MPTCP connection sent; tx_bytes has those of its subflows, so that sums count each once.'),
    ),
    mptcp_backup: maybe(
      choice('Which side asked that this subflow be used only when the others fail.', [
        'none',
        'local',
        'remote',
        'both',
      ]),
    ),
    mptcp_local_id: maybe(integer('Number of the local address of a subflow (ip mptcp endpoint).')),
    mptcp_remote_id: maybe(integer('Number of the remote address of a subflow.')),
    mptcp_flags: maybe(text('Flags of a subflow, as the letters of ss -i (MmJjBbecv).')),
  },
  {
    hosts: { remote_host: 'remote_addr' },
    places: {
      geo_country: { of: 'remote_addr', is: 'country' },
      geo_city: { of: 'remote_addr', is: 'city' },
      asn: { of: 'remote_addr', is: 'asn' },
      as_org: { of: 'remote_addr', is: 'org' },
    },
    aliases: {
      'ip.addr': ['local_addr', 'remote_addr'],
      'ip.src': ['local_addr'],
      'ip.dst': ['remote_addr'],
      port: ['local_port', 'remote_port'],
      'tcp.port': ['local_port', 'remote_port'],
      'udp.port': ['local_port', 'remote_port'],
    },
  },
);
export type ConnRow = Row<typeof conn>;
