/** What is worth a look in a packet. Severities are Wireshark's where it has the same thing, but a reset is an error. */
export interface Expert {
  /** Stands for it in `packet.experts`; below 256. */
  readonly number: number;
  /** Wireshark's filter name where it has one. */
  readonly id: string;
  readonly severity: Severity;
  readonly group: 'sequence' | 'response' | 'protocol' | 'malformed';
  readonly summary: string;
}

export type Severity = 'error' | 'warn' | 'note' | 'chat';

const experts: Expert[] = [];

function expert(id: string, severity: Severity, group: Expert['group'], summary: string): Expert {
  const one = { number: experts.length, id, severity, group, summary };
  experts.push(one);
  return one;
}

export const retransmission = expert('tcp.analysis.retransmission', 'note', 'sequence', 'Segment sent again');
export const fastRetransmission = expert(
  'tcp.analysis.fast_retransmission',
  'note',
  'sequence',
  'Segment sent again after duplicate ACKs',
);
export const spuriousRetransmission = expert(
  'tcp.analysis.spurious_retransmission',
  'note',
  'sequence',
  'Segment sent again that was acknowledged already',
);
export const outOfOrder = expert('tcp.analysis.out_of_order', 'warn', 'sequence', 'Segment out of order');
export const duplicateAck = expert('tcp.analysis.duplicate_ack', 'note', 'sequence', 'Duplicate ACK');
export const zeroWindow = expert('tcp.analysis.zero_window', 'warn', 'sequence', 'Receive window is zero');
export const zeroWindowProbe = expert('tcp.analysis.zero_window_probe', 'note', 'sequence', 'Probe of a zero window');
export const zeroWindowProbeAck = expert(
  'tcp.analysis.zero_window_probe_ack',
  'note',
  'sequence',
  'Answer to a probe of a zero window',
);
export const windowFull = expert('tcp.analysis.window_full', 'warn', 'sequence', 'Segment fills the receive window');
export const windowUpdate = expert('tcp.analysis.window_update', 'chat', 'sequence', 'Receive window opens');
export const keepAlive = expert('tcp.analysis.keep_alive', 'note', 'sequence', 'Keep-alive');
export const keepAliveAck = expert('tcp.analysis.keep_alive_ack', 'note', 'sequence', 'Answer to a keep-alive');
export const lostSegment = expert(
  'tcp.analysis.lost_segment',
  'warn',
  'sequence',
  'The segment before was not captured',
);
export const ackLostSegment = expert(
  'tcp.analysis.ack_lost_segment',
  'warn',
  'sequence',
  'ACK of a segment that was not captured',
);
export const portsReused = expert('tcp.analysis.reused_ports', 'note', 'sequence', 'Ports used again by a new session');
export const reset = expert('tcp.connection.rst', 'error', 'sequence', 'Connection reset');
export const finish = expert('tcp.connection.fin', 'chat', 'sequence', 'Connection finish');
export const synchronise = expert('tcp.connection.syn', 'chat', 'sequence', 'Connection request');
export const synchroniseAck = expert('tcp.connection.synack', 'chat', 'sequence', 'Connection accepted');
export const unreachable = expert('icmp.unreachable', 'warn', 'response', 'Destination unreachable');
export const nameError = expert('dns.nxdomain', 'error', 'response', 'DNS name does not exist');
export const clientError = expert('http.response.client_error', 'warn', 'response', 'HTTP status 4xx');
export const serverError = expert('http.response.server_error', 'warn', 'response', 'HTTP status 5xx');

/** By number. */
export const EXPERTS: readonly Expert[] = experts;
