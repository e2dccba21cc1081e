import { formatNumberOf } from '../../core/output/units.ts';
import type { PlaintextFollower } from '../../core/stream/plaintext-follower.ts';
import type { Secrecy } from '../../core/wire/app/plaintext-listener.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import type { Context } from '../context/context.ts';
import type { FollowRequest } from './follow-request.ts';
import { flowsMeant } from './follow-selection.ts';

const REASONS: Readonly<Record<Secrecy, string>> = {
  'no hello': 'the capture does not have the hellos of the handshake',
  'no secret': 'no secret of the session is known',
  suite: 'the version or the cipher suite is none that is decrypted',
  'wrong secret': 'the secrets that are known of the session do not fit',
  cut: 'the capture does not have the records whole',
};

/** Why nothing of the stream was decrypted, as a sentence; null when something was. */
export function whyNothing(plaintext: PlaintextFollower, flow: Flow): string | null {
  const [a, b] = plaintext.sidesOf(flow);
  if (a.bytes + b.bytes > 0) return null;
  const name = `TCP stream ${flow.stream}`;
  const [first] = plaintext.encryptedOf(flow);
  if (first !== undefined) return `${name} stays encrypted: ${REASONS[first.why]}`;
  return flow.recognised?.name === 'tls' || plaintext.has(flow)
    ? `${name} sent no data inside TLS`
    : `${name} carries no TLS`;
}

/** What of a stream was not decrypted although the rest was; null when all was. */
export function whyInPart(plaintext: PlaintextFollower, flow: Flow): string | null {
  const parts = plaintext.encryptedOf(flow).map(({ direction, records, why }) => {
    const side = direction === 0 ? 'A' : 'B';
    return `${formatNumberOf(records, 'record')} from ${side}, as ${REASONS[why]}`;
  });
  return parts.length === 0 ? null : `TCP stream ${flow.stream} is decrypted in part, without ${parts.join('; ')}`;
}

/** Counts streams of TLS that stay encrypted. */
export class EncryptedStreams {
  private readonly plaintext: PlaintextFollower;
  private readonly reasons = new Map<Secrecy, number>();
  private streams = 0;
  private closed = 0;
  private parts = 0;

  constructor(plaintext: PlaintextFollower) {
    this.plaintext = plaintext;
  }

  /** A stream is over. */
  add(flow: Flow): void {
    const { plaintext, reasons } = this;
    if (!plaintext.has(flow)) return;
    this.streams++;
    const [first] = plaintext.encryptedOf(flow);
    if (first === undefined) return;
    const [a, b] = plaintext.sidesOf(flow);
    if (a.bytes + b.bytes > 0) {
      this.parts++;
      return;
    }
    this.closed++;
    reasons.set(first.why, (reasons.get(first.why) ?? 0) + 1);
  }

  /** `3 of 12 TLS streams stay encrypted: 2 because …`; null when none does. */
  sentence(): string | null {
    const { streams, closed, parts, reasons } = this;
    const of = `of ${formatNumberOf(streams, 'TLS stream')}`;
    if (closed === 0) return parts === 0 ? null : `${parts} ${of} ${parts === 1 ? 'is' : 'are'} decrypted only in part`;
    const [first] = reasons.keys();
    const why =
      reasons.size === 1
        ? REASONS[first!]
        : [...reasons].map(([reason, count]) => `${count} because ${REASONS[reason]}`).join(', ');
    return `${closed} ${of} ${closed === 1 ? 'stays' : 'stay'} encrypted: ${why}${parts === 0 ? '' : `; ${parts} more in part`}`;
  }
}

/** Says how many of the streams that may have been wanted stay encrypted. */
export function sayEncrypted(
  context: Context,
  asked: FollowRequest,
  plaintext: PlaintextFollower | null,
  { flows }: FlowTable,
): void {
  if (plaintext === null) return;
  const wants = flowsMeant(asked);
  const encrypted = new EncryptedStreams(plaintext);
  for (const flow of flows) if (wants(flow)) encrypted.add(flow);
  const sentence = encrypted.sentence();
  if (sentence !== null) context.warn(sentence);
}
