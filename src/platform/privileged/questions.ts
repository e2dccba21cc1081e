import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EXIT, type ExitStatus, Failure, messageOf } from '../../core/failure.ts';
import { NO_INSPECTOR } from '../machine/no-inspector.ts';

/** A question from one process to another: the name of what to do, and its arguments. */
interface Question {
  readonly id: number;
  readonly does: string;
  readonly of: readonly unknown[];
}

/** The resulting value, or the Failure. */
type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly status: ExitStatus; readonly message: string; readonly hint: string | null };

/** A process that does what it is asked, one task after another. */
export interface Asked {
  /**
   * Resolves with the answer; rejects with the Failure that the process met, or with a Failure 69 when it has ended.
   */
  ask(does: string, ...of: readonly unknown[]): Promise<unknown>;
  close(): void;
}

type Deeds = Readonly<Record<string, (...of: never[]) => unknown>>;

/**
 * Starts the entry with that name, with an order as its argument and with these descriptors, which it gets as 4 and the
 * following numbers; null leaves one out. It ends with this process.
 */
export function openAsked(entry: string, order: unknown, descriptors: readonly (number | null)[] = []): Asked {
  const file = fileURLToPath(new URL(`./${entry}.js`, import.meta.url));
  // not execa, which is for tools that end: this one answers questions until its stdin ends
  const child = spawn(process.execPath, [...NO_INSPECTOR, file, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', ...descriptors.map((fd) => fd ?? 'ignore')],
    serialization: 'advanced', // bytes, and no row twice
    env: {},
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Failure): void }>();
  const end = (): void => {
    for (const { reject } of waiting.values()) reject(new Failure(EXIT.unavailable, `the ${entry} has ended`));
    waiting.clear();
  };
  child.on('message', (message) => {
    const answer = message as Answer;
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    rest(child, waiting.size);
    if ('status' in answer) asker?.reject(new Failure(answer.status, answer.message, { hint: answer.hint }));
    else asker?.resolve(answer.value);
  });
  child.on('error', end);
  child.on('exit', end);
  rest(child, 0);
  let id = 0;
  return {
    ask(does, ...of) {
      return new Promise((resolve, reject) => {
        const question: Question = { id: ++id, does, of };
        waiting.set(question.id, { resolve, reject });
        rest(child, waiting.size);
        if (!child.connected) return end();
        child.send(question, (error) => {
          if (error !== null) end();
        });
      });
    },
    close() {
      if (child.connected) child.disconnect();
    },
  };
}

/** A process without open questions does not keep this one running. */
function rest(child: ChildProcess, questions: number): void {
  const how = questions > 0 ? 'ref' : 'unref';
  child[how]();
  child.channel?.[how]();
}

/** Answers questions in such a process, in the order in which they arrive, until the asking process is gone. */
export function answer(deeds: Deeds): void {
  process.on('disconnect', () => process.exit(0));
  let last: Promise<unknown> = Promise.resolve();
  process.on('message', (message) => {
    const { id, does, of } = message as Question;
    last = last.then(async () => {
      try {
        process.send!({ id, value: await deeds[does]!(...(of as never[])) });
      } catch (error) {
        const { exit: status = EXIT.internal, hint = null } = error as Partial<Failure>;
        process.send!({ id, status, message: messageOf(error), hint });
      }
    });
  });
}
