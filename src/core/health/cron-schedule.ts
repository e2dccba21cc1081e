import { messageOf, usageError } from '../failure.ts';
import type { NextMoment } from './schedule.ts';

/**
 * The moments of a cron expression of five fields, or of a name such as `@hourly`, in the time zone of the machine. Rejects
 * with a Failure 64 for what is none, and for one that never comes after `now`, such as a 30th of February.
 */
export async function compileSchedule(source: string, now: number): Promise<NextMoment> {
  const { Cron } = await import('croner');
  const place = { text: source, column: 0, length: Math.max(1, source.length) };
  let cron: InstanceType<typeof Cron>;
  try {
    cron = new Cron(source, { mode: '5-part', paused: true });
  } catch (error) {
    const reason = messageOf(error).replace(/^CronPattern: /, '');
    throw usageError(`--schedule "${source}" is no cron expression: ${reason}`, {
      place,
      hint: 'minute, hour, day, month, weekday: "*/5 * * * *"',
    });
  }
  const next: NextMoment = (after) => cron.nextRun(new Date(after))?.getTime() ?? null;
  if (next(now) === null) throw usageError(`--schedule "${source}" never comes`, { place });
  return next;
}
