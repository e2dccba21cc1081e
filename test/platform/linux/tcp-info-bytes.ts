/**
 * struct tcp_info as include/uapi/linux/tcp.h (Linux 6.12) declares it: name and bytes of each member, in order. Bit
 * fields share the seventh and eighth byte.
 */
const MEMBERS: readonly (readonly [name: string, bytes: 1 | 4 | 8])[] = [
  ['state', 1],
  ['ca_state', 1],
  ['retransmits', 1],
  ['probes', 1],
  ['backoff', 1],
  ['options', 1],
  ['wscale', 1],
  ['flags', 1],
  ['rto', 4],
  ['ato', 4],
  ['snd_mss', 4],
  ['rcv_mss', 4],
  ['unacked', 4],
  ['sacked', 4],
  ['lost', 4],
  ['retrans', 4],
  ['fackets', 4],
  ['last_data_sent', 4],
  ['last_ack_sent', 4],
  ['last_data_recv', 4],
  ['last_ack_recv', 4],
  ['pmtu', 4],
  ['rcv_ssthresh', 4],
  ['rtt', 4],
  ['rttvar', 4],
  ['snd_ssthresh', 4],
  ['snd_cwnd', 4],
  ['advmss', 4],
  ['reordering', 4],
  ['rcv_rtt', 4],
  ['rcv_space', 4],
  ['total_retrans', 4],
  ['pacing_rate', 8],
  ['max_pacing_rate', 8],
  ['bytes_acked', 8],
  ['bytes_received', 8],
  ['segs_out', 4],
  ['segs_in', 4],
  ['notsent_bytes', 4],
  ['min_rtt', 4],
  ['data_segs_in', 4],
  ['data_segs_out', 4],
  ['delivery_rate', 8],
  ['busy_time', 8],
  ['rwnd_limited', 8],
  ['sndbuf_limited', 8],
  ['delivered', 4],
  ['delivered_ce', 4],
  ['bytes_sent', 8],
  ['bytes_retrans', 8],
  ['dsack_dups', 4],
  ['reord_seen', 4],
  ['rcv_ooopack', 4],
  ['snd_wnd', 4],
];

/** The bytes of a struct tcp_info; members that are not given hold a pattern that nobody should take for a value. */
export function tcpInfoBytes(values: Readonly<Record<string, number>>): Buffer {
  const known = new Set(MEMBERS.map(([name]) => name));
  for (const name of Object.keys(values)) if (!known.has(name)) throw new Error(`tcp_info has no ${name}`);
  return Buffer.concat(
    MEMBERS.map(([name, bytes]) => {
      const member = Buffer.alloc(bytes, 0xee);
      const value = values[name];
      if (value === undefined) return member;
      if (bytes === 1) member.writeUInt8(value);
      else if (bytes === 4) member.writeUInt32LE(value);
      else member.writeBigUInt64LE(BigInt(value));
      return member;
    }),
  );
}

/** How many bytes the members up to and including `last` take. */
export function tcpInfoLength(last: string): number {
  const index = MEMBERS.findIndex(([name]) => name === last);
  return MEMBERS.slice(0, index + 1).reduce((sum, [, bytes]) => sum + bytes, 0);
}
