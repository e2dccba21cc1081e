import type { Clock } from '../../core/system/clock.ts';
import { AgedMap } from '../../core/wire/aged-map.ts';

const MOST_KEPT = 10_000;
const MOST_AT_ONCE = 16;
/** Addresses that wait for their turn; others are asked for when they come again. */
const MOST_WAITING = MOST_KEPT;
const TIMEOUT_MS = 1000;

/** Names of addresses by reverse DNS, looked up in the background. */
export interface ReverseDns {
  /** The name if it is already known, otherwise null; asks for it if it was not asked before. */
  hostOf(address: string): string | null;
  /** Resolves when everything asked so far is answered, or after `millis`: to whether there was anything to wait for. */
  settle(millis: number): Promise<boolean>;
  close(): void;
}

/** Opens a cache of reverse look-ups: bounded in number, in parallel queries and in time, one try each. */
export async function openReverseDns(clock: Clock): Promise<ReverseDns> {
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  const names = new AgedMap<string, string | null>(MOST_KEPT);
  const queue: string[] = [];
  let running = 0;
  let whenIdle: (() => void) | null = null;

  const next = (): void => {
    while (running < MOST_AT_ONCE && queue.length > 0) {
      const address = queue.shift() as string;
      running++;
      resolver.reverse(address).then(
        (found) => done(address, found[0] ?? null),
        () => done(address, null),
      );
    }
    if (running === 0) whenIdle?.();
  };
  const done = (address: string, name: string | null): void => {
    running--;
    names.add(address, name);
    next();
  };

  return {
    hostOf(address) {
      const known = names.get(address);
      if (known !== undefined) return known;
      if (queue.length >= MOST_WAITING) return null;
      names.add(address, null);
      queue.push(address);
      next();
      return null;
    },
    async settle(millis) {
      if (running === 0 && queue.length === 0) return false;
      let cancel = (): void => {};
      await new Promise<void>((resolve) => {
        whenIdle = resolve;
        cancel = clock.after(millis, resolve);
      });
      cancel();
      whenIdle = null;
      return true;
    },
    close: () => resolver.cancel(),
  };
}
