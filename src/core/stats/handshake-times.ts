import type { HandshakeOutcome } from '../record/tables/handshake.ts';
import type { TcpConnection } from '../wire/tcp-connection.ts';
import { openingOf } from '../wire/tcp-progress.ts';

/** The tick of a clock that tells whole seconds. */
const COARSE_TICK_NS = 1e9;

/** What became of a connection whose SYN was captured; null stands for one of which nothing else was. */
export function outcomeOf(tcp: TcpConnection | null): HandshakeOutcome {
  if (tcp === null) return 'unanswered';
  if (tcp.hasSynAck && tcp.hasAck) return 'complete';
  if (tcp.isRefused) return 'refused';
  return !tcp.hasSynAck && openingOf(tcp) === 'SYN_SENT' ? 'unanswered' : 'incomplete';
}

/** See timesOf. */
export interface HandshakeTimes {
  readonly first: number | null;
  readonly second: number | null;
  readonly total: number | null;
}

/**
 * Milliseconds of the handshake: to the SYN-ACK, from there to the ACK, and both; null for what was not seen. There is no
 * total without all three. A SYN that was sent again counts from the last.
 */
export function timesOf(tcp: TcpConnection | null): HandshakeTimes {
  if (tcp === null) return { first: null, second: null, total: null };
  const { hasSyn, hasSynAck, hasAck } = tcp;
  return {
    first:
      hasSyn && hasSynAck && !tcp.isAskedAgain
        ? millisBetween(tcp.synSeconds, tcp.synNanoseconds, tcp.synAckSeconds, tcp.synAckNanoseconds)
        : null,
    second:
      hasSynAck && hasAck
        ? millisBetween(tcp.synAckSeconds, tcp.synAckNanoseconds, tcp.ackSeconds, tcp.ackNanoseconds)
        : null,
    total:
      hasSyn && hasSynAck && hasAck
        ? millisBetween(tcp.synSeconds, tcp.synNanoseconds, tcp.ackSeconds, tcp.ackNanoseconds)
        : null,
  };
}

/**
 * Milliseconds of a handshake, null for one that is not complete. Of a clock that tells whole seconds alone they are within
 * one tick, which stands for less.
 */
export function totalOf(tcp: TcpConnection | null): number | null {
  if (tcp === null) return null;
  const { total } = timesOf(tcp);
  const isCoarse = total === 0 && tcp.synNanoseconds === 0 && tcp.firstRttNanoseconds === COARSE_TICK_NS;
  return isCoarse ? initialRttOf(tcp) : total;
}

/** Milliseconds until it was complete, or refused. */
export const endingOf = (tcp: TcpConnection | null): number | null =>
  tcp !== null && outcomeOf(tcp) === 'refused' ? initialRttOf(tcp) : totalOf(tcp);

/** Milliseconds to the first later segment with ACK, as tshark's tcp.analysis.initial_rtt: of a refusal, to its RST. */
function initialRttOf({ firstRttNanoseconds }: TcpConnection): number | null {
  return firstRttNanoseconds === 0 ? null : firstRttNanoseconds / 1e6;
}

/** Null when the clock went back between them. */
function millisBetween(fromS: number, fromNs: number, toS: number, toNs: number): number | null {
  const nanoseconds = (toS - fromS) * 1e9 + (toNs - fromNs);
  return nanoseconds >= 0 ? nanoseconds / 1e6 : null;
}
