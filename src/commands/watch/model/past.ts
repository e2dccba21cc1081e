import type { Machine } from './machine.ts';

/** Looks that are kept: the last five minutes at the usual one in a second. */
const MOST_LOOKS = 300;
/** What they may take together. A machine with many sockets keeps fewer looks, those that are long ago further apart. */
export const MOST_PAST_BYTES = 24 * 1024 * 1024;
/** What a row of a connection takes, one that is tracked, and a counted name. */
const CONN_BYTES = 1100;
const TRACKED_BYTES = 200;
const NAME_BYTES = 120;
/** What a look takes beside these. */
const LOOK_BYTES = 10_000;

/** A look that is over. */
export interface PastLook {
  readonly machine: Machine;
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly bytes: number;
}

const bytesOf = ({ conns, tracked, closedTraffic }: Machine): number =>
  LOOK_BYTES +
  conns.length * CONN_BYTES +
  tracked.length * TRACKED_BYTES +
  (closedTraffic.byProcess.size + closedTraffic.byRemote.size) * NAME_BYTES;

/** The looks with another one, the newest last. What was computed from it is not kept with it. */
export function withLook(past: readonly PastLook[], machine: Machine): readonly PastLook[] {
  if (machine.at === null) return past;
  const time = Date.parse(machine.at.time);
  // a clock that was set back begins anew
  const before = past.filter((look) => look.time < time);
  const looks = [...before, { machine: { ...machine }, time, bytes: bytesOf(machine) }];
  let bytes = looks.reduce((sum, look) => sum + look.bytes, 0);
  while (looks.length > MOST_LOOKS || (bytes > MOST_PAST_BYTES && looks.length > 1)) {
    const [gone] = looks.splice(leastMissed(looks, time), 1);
    bytes -= gone!.bytes;
  }
  return looks;
}

/** The look whose absence leaves the smallest gap, for how long it is ago; of two the first. */
function leastMissed(looks: readonly PastLook[], now: number): number {
  let found = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < looks.length - 1; index++) {
    const gap = looks[index + 1]!.time - looks[index - 1]!.time;
    const missed = gap / (now - looks[index]!.time);
    if (missed < least) {
      least = missed;
      found = index;
    }
  }
  return found;
}

/** The look so many before or behind a moment, or the last one there is in that direction; null for none. */
export function lookFrom(past: readonly PastLook[], moment: number, by: number): Machine | null {
  const others = by < 0 ? past.filter(({ time }) => time < moment).reverse() : past.filter(({ time }) => time > moment);
  const look = others[Math.min(Math.abs(by), others.length) - 1];
  return look === undefined ? null : { ...look.machine };
}
