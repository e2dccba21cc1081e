import { type Deadline, forAttempt } from './deadline.ts';
import { type Addresses, CannotAsk, type Resolved } from './resolve-host.ts';

/** What the address that answered said. */
export interface InTurn<T> {
  readonly to: Resolved;
  readonly value: T;
  /** `; not by 2001:db8::1: connection refused` for addresses that were asked before and did not answer; or empty. */
  readonly note: string;
}

/** So many addresses are named in words. */
const MOST_NAMED = 4;

/**
 * Asks the addresses of a name in turn: the next one when the one before has failed, or when its share of the time is over;
 * it may still answer then. Resolves as the first that answers; the others are ended. Rejects, when none does, with the reason of
 * each in words: with CannotAsk when all of them are faults of this machine. A value that comes too late is discarded.
 */
export function askInTurn<T>(
  { all }: Pick<Addresses, 'all'>,
  deadline: Deadline,
  ask: (to: Resolved, deadline: Deadline, isHeard: () => void) => Promise<T>,
  discard: (value: T) => void = () => {},
): Promise<InTurn<T>> {
  const { clock } = deadline;
  const [only, ...more] = all;
  if (more.length === 0) return ask(only, deadline, () => {}).then((value) => ({ to: only, value, note: '' }));
  const over = new AbortController();
  const beganAt: number[] = [];
  const failures: (Error | undefined)[] = [];
  let open = 0;
  return new Promise((resolve, reject) => {
    let cancel = (): void => {};
    const end = (): void => {
      cancel();
      over.abort();
    };
    const answered = (index: number, value: T): void => {
      if (over.signal.aborted) {
        discard(value);
        return;
      }
      const now = clock.monotonic();
      const others = all.flatMap(({ addr }, at) => {
        const failure = failures[at]?.message;
        if (failure === undefined && at >= index) return [];
        return [`; not by ${addr}: ${failure ?? `no answer within ${Math.round(now - beganAt[at]!)} ms`}`];
      });
      end();
      resolve({ to: all[index]!, value, note: inShort(others, '') });
    };
    const failed = (index: number, error: Error): void => {
      failures[index] = error;
      open--;
      if (over.signal.aborted) return;
      if (beganAt.length < all.length && !deadline.signal.aborted) {
        begin();
      } else if (open === 0) {
        end();
        reject(noneAnswered(all, failures));
      }
    };
    const begin = (): void => {
      cancel();
      const index = beganAt.length;
      const share = deadline.left() / (all.length - index);
      beganAt.push(clock.monotonic());
      open++;
      cancel = index === more.length ? () => {} : clock.after(share, begin);
      ask(all[index]!, forAttempt(deadline, over.signal), cancel).then(
        (value) => answered(index, value),
        (error: Error) => failed(index, error),
      );
    };
    begin();
  });
}

/** Each reason with the addresses of which it is the reason. */
function noneAnswered(all: readonly Resolved[], failures: readonly (Error | undefined)[]): Error {
  const told = failures.filter((one) => one !== undefined);
  const addrsOf = new Map<string, string[]>();
  for (const [index, { addr }] of all.entries()) {
    const why = failures[index]?.message ?? 'not asked';
    addrsOf.set(why, [...(addrsOf.get(why) ?? []), addr]);
  }
  if (addrsOf.has(INTERRUPTED)) return new Error(INTERRUPTED);
  const reasons = [...addrsOf].map(([why, addrs]) => `${why} (${inShort(addrs, ', ')})`);
  const Kind = told.every((one) => one instanceof CannotAsk) ? CannotAsk : Error;
  return new Kind(inShort(reasons, '; '));
}

/** What a deadline says when the run has ended, not its own time. */
const INTERRUPTED = 'interrupted';

function inShort(parts: readonly string[], between: string): string {
  const more = parts.length - MOST_NAMED;
  return parts.slice(0, MOST_NAMED).join(between) + (more > 0 ? ` and ${more} more` : '');
}
