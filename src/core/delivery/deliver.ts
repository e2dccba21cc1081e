import { reasonOf } from '../failure.ts';
import { formatNumberOf } from '../output/units.ts';
import type { Clock } from '../system/clock.ts';
import { openComplaints } from './complaints.ts';
import type { Recipient, Waiting } from './message.ts';
import { Trouble } from './trouble.ts';
import { waitToTry } from './wait-to-try.ts';

export interface Delivery {
  /** Records that arrived, and records that the other side refused for good. */
  readonly sent: () => number;
  readonly refused: () => number;
  /** Why the last try failed; null when it did not. */
  readonly trouble: () => string | null;
  /** Resolves when the signal has ended it. Never rejects. */
  readonly ended: Promise<void>;
}

export interface DeliveryPlace {
  readonly clock: Clock;
  /** From 0 to 1: a thousand hosts must not come back at the same moment. */
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** How the other side is called in messages. */
  readonly name: string;
}

/**
 * Sends what waits, in order, until the signal aborts. What is not known to have arrived is sent again, however long that takes:
 * the other side gets everything at least once.
 */
export function deliver(
  waiting: Waiting,
  recipient: Recipient,
  { clock, random, say, name }: DeliveryPlace,
  signal: AbortSignal,
): Delivery {
  let sent = 0;
  let refused = 0;
  let tries = 0;
  const complain = openComplaints(say, name, 'record');
  const trouble = new Trouble({ clock, say, name }, 'records');

  const failed = (reason: string, afterMs: number | null): number => {
    trouble.goesOn(reason, () => `${formatNumberOf(waiting.count(), 'record')} in the spool`);
    return waitToTry(tries++, afterMs, random());
  };
  /** Sends what waits, or waits until something does; returns how long to wait before the next turn. */
  const turn = async (): Promise<number> => {
    const batch = waiting.first(recipient.most);
    if (batch.messages.length === 0) {
      await waiting.some(signal);
      return 0;
    }
    const reply = await recipient.send(batch.messages, signal);
    if (reply.kind === 'later') return signal.aborted ? 0 : failed(reply.reason, reply.afterMs);
    waiting.settle(batch);
    sent += batch.messages.length - reply.refused;
    refused += reply.refused;
    tries = 0;
    trouble.ends();
    complain(reply.refused, reply.why);
    return 0;
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      let wait: number;
      try {
        wait = await turn();
      } catch (error) {
        // of a disk that is broken; what is sent may be sent again
        wait = failed(`the spool cannot be read: ${reasonOf(error)}`, null);
      }
      if (wait > 0) await clock.sleep(wait, signal);
    }
  };
  return { sent: () => sent, refused: () => refused, trouble: () => trouble.reason, ended: run() };
}
