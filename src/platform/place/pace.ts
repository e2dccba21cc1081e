import type { Clock } from '../../core/system/clock.ts';

/** How often servers are asked, each by its name. */
export interface Pace {
  /** Waits until the server may be asked again; returns early when the signal aborts. */
  turn(server: string, signal: AbortSignal): Promise<void>;
  /** The server asks to be left alone for so long. */
  rest(server: string, millis: number): void;
  /** Milliseconds for which a server still wants to be left alone; 0 for none. */
  resting(server: string): number;
}

/** One request each `everyMs`, by the clock that never jumps. */
export function openPace(clock: Clock, everyMs: number): Pace {
  const next = new Map<string, number>();
  const until = new Map<string, number>();
  return {
    async turn(server, signal) {
      const now = clock.monotonic();
      const at = Math.max(now, next.get(server) ?? 0);
      next.set(server, at + everyMs);
      if (at > now) await clock.sleep(at - now, signal);
    },
    rest: (server, millis) => void until.set(server, clock.monotonic() + millis),
    resting: (server) => Math.max(0, (until.get(server) ?? 0) - clock.monotonic()),
  };
}

/** RFC 9110, 10.2.3: seconds, or a date; null for anything else. */
export function retryAfterMs(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
