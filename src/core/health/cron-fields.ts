import { usageError } from '../failure.ts';

/** A field of a cron expression: what it may hold. */
interface Form {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly words: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FORMS: readonly Form[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day', least: 1, most: 31, words: [] },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'weekday', least: 0, most: 7, words: DAYS },
];

/** Names that cron and systemd have for the same moments. */
const NAMED: Readonly<Record<string, string>> = {
  '@hourly': 'hourly',
  '@daily': 'daily',
  '@midnight': 'daily',
  '@weekly': 'Sun *-*-* 00:00:00',
  '@monthly': 'monthly',
  '@yearly': 'yearly',
  '@annually': 'yearly',
};

/**
 * The moments of a cron expression as systemd.time(7) writes them, each of them alone: several where cron means a day of
 * the month or a day of the week. Throws Failure 64 with its place for what crontab(5) does not know, such as L and W.
 */
export function calendarEvents(source: string): readonly string[] {
  const named = NAMED[source.trim().toLowerCase()];
  if (named !== undefined) return [named];
  const fields = [...source.matchAll(/\S+/g)];
  if (fields.length !== FORMS.length)
    throw usageError(`"${source}" has not five fields`, { place: { text: source, column: 0, length: source.length } });
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    valuesOf(field[0], FORMS[index]!, source, field.index),
  ) as [Values, Values, Values, Values, Values];
  const clock = `${write(hours, 0, 23)}:${write(minutes, 0, 59)}:00`;
  const names = [...new Set(weekdays.numbers.map((day) => day % 7))].map((day) => capital(DAYS[day]!));
  const onDays = `*-${write(months, 1, 12)}-${write(days, 1, 31)} ${clock}`;
  const onWeekdays = `${names.join(',')} *-${write(months, 1, 12)}-*`;
  // crontab(5): where both are restricted, one of them is enough
  if (days.isAny) return weekdays.isAny ? [onDays] : [`${onWeekdays} ${clock}`];
  return weekdays.isAny ? [onDays] : [onDays, `${onWeekdays} ${clock}`];
}

interface Values {
  /** In order, each once. */
  readonly numbers: readonly number[];
  /** Whether it begins with a star, and so restricts nothing by cron's reckoning. */
  readonly isAny: boolean;
}

function valuesOf(text: string, form: Form, source: string, column: number): Values {
  const wrong = () =>
    usageError(`"${text}" is no ${form.name} of crontab(5)`, { place: { text: source, column, length: text.length } });
  const numbers = new Set<number>();
  for (const item of text.split(',')) {
    const match = /^(?:\*|(\w+)-(\w+)|(\w+$))(?:\/(\d+))?$/.exec(item);
    if (match === null) throw wrong();
    const [, first, last, only, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    const from = only !== undefined ? numberOf(only, form) : first !== undefined ? numberOf(first, form) : form.least;
    const to = only !== undefined ? from : last !== undefined ? numberOf(last, form) : form.most;
    if (from === null || to === null || step < 1 || from < form.least || to > form.most || from > to) throw wrong();
    for (let value = from; value <= to; value += step) numbers.add(value);
  }
  return { numbers: [...numbers].sort((a, b) => a - b), isAny: text === '*' };
}

function numberOf(text: string, { least, words }: Form): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const index = words.indexOf(text.toLowerCase());
  return index < 0 ? null : index + least;
}

/** All of them as `*`, even steps as `0/5`, else one by one. */
function write({ numbers }: Values, least: number, most: number): string {
  if (numbers.length === most - least + 1) return '*';
  const two = (value: number): string => String(value).padStart(2, '0');
  const [first = least, second] = numbers;
  if (second !== undefined && numbers.length > 2) {
    const step = second - first;
    const isEven = numbers.every((value, index) => value === first + index * step);
    if (isEven && numbers.at(-1)! + step > most) return `${two(first)}/${step}`;
  }
  return numbers.map(two).join(',');
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
