import { formatNumberOf, formatSeconds } from '../output/units.ts';
import type { Clock } from '../system/clock.ts';
import type { Recipient, Waiting } from './message.ts';

/** Waits between tries that fail: twice as long each time, at most so long; chance takes off up to half of it. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Whatever the other side asks for, it is tried again after an hour. */
const MOST_ASKED_MS = 3_600_000;

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
  let trouble: string | null = null;
  let since = 0;
  let tries = 0;

  const away = (reason: string): void => {
    if (trouble === null) since = clock.monotonic();
    if (trouble !== reason) say(`${name}: ${reason}; ${formatNumberOf(waiting.count(), 'record')} in the spool`);
    trouble = reason;
  };
  const back = (): void => {
    tries = 0;
    if (trouble === null) return;
    trouble = null;
    say(`${name} takes records again after ${formatSeconds((clock.monotonic() - since) / 1000)}`);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const batch = waiting.first(recipient.most);
      if (batch.messages.length === 0) {
        await waiting.some(signal);
        continue;
      }
      const reply = await recipient.send(batch.messages, signal);
      if (reply.kind === 'taken') {
        waiting.settle(batch);
        sent += batch.messages.length - reply.refused;
        refused += reply.refused;
        back();
        if (reply.refused > 0)
          say(`${name} refused ${formatNumberOf(reply.refused, 'record')}: ${reply.why ?? 'it does not say why'}`);
        continue;
      }
      if (signal.aborted) return;
      away(reply.reason);
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++);
      const asked = Math.min(reply.afterMs ?? 0, MOST_ASKED_MS);
      await clock.sleep(Math.max(longest * (1 - random() / 2), asked), signal);
    }
  };
  return { sent: () => sent, refused: () => refused, trouble: () => trouble, ended: run() };
}
