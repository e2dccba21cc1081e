import type { Clock } from '../system/clock.ts';
import { openComplaints } from './complaints.ts';
import type { Reply } from './message.ts';
import { Trouble } from './trouble.ts';
import { waitToTry } from './wait-to-try.ts';

/** How sending goes. */
export interface PushHealth {
  /** How often it was sent, and how often that failed. */
  readonly sent: number;
  readonly failures: number;
  /** Parts of what was sent that the other side did not take. */
  readonly refused: number;
  /** When it was last taken, in milliseconds since 1970; null when it never was. */
  readonly sentAt: number | null;
}

export interface Push {
  readonly health: () => PushHealth;
  /** Resolves when the signal has ended it. Never rejects. */
  readonly ended: Promise<void>;
}

export interface PushPlace {
  readonly clock: Clock;
  /** From 0 to 1: a thousand hosts must not come back at the same moment. */
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** How the other side is called in messages. */
  readonly name: string;
  /** Is told why nothing could be read. */
  readonly fault: (error: unknown) => void;
}

/** What is pushed. */
export interface PushRequest<Value> {
  readonly read: () => Promise<Value>;
  /** Never rejects. */
  readonly send: (value: Value, signal: AbortSignal) => Promise<Reply>;
  readonly intervalMs: number;
}

/**
 * Sends a value every interval until the signal aborts. What could not be sent is not kept: the next value says all that it said.
 * After a failure it waits longer than the interval where the other side asks for it, or where tries fail one after another.
 */
export function pushEvery<Value>(
  { read, send, intervalMs }: PushRequest<Value>,
  { clock, random, say, name, fault }: PushPlace,
  signal: AbortSignal,
): Push {
  const health = { sent: 0, failures: 0, refused: 0, sentAt: null as number | null };
  const trouble = new Trouble({ clock, say, name }, 'metrics');
  const complain = openComplaints(say, name, 'value');
  let tries = 0;

  const take = (refused: number, why: string | null): void => {
    health.sent++;
    health.sentAt = clock.now();
    health.refused += refused;
    tries = 0;
    trouble.ends();
    complain(refused, why);
  };
  /** Sends a value; returns how long to wait at least. */
  const turn = async (): Promise<number> => {
    let value: Value;
    try {
      value = await read();
    } catch (error) {
      fault(error);
      return 0;
    }
    const reply = await send(value, signal);
    if (reply.kind === 'taken') {
      take(reply.refused, reply.why);
      return 0;
    }
    if (signal.aborted) return 0;
    health.failures++;
    trouble.goesOn(reply.reason, () => 'newer metrics take the place of these');
    return waitToTry(tries++, reply.afterMs, random());
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const begun = clock.monotonic();
      const least = await turn();
      await clock.sleep(Math.max(0, least, intervalMs - (clock.monotonic() - begun)), signal);
    }
  };
  return { health: () => health, ended: run() };
}
