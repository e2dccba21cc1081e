/** Characters of a value that evidence quotes. */
const LONGEST_VALUE = 100;
/** Pieces of evidence of one finding. */
export const MOST_EVIDENCE = 5;

/**
 * One piece of evidence: the type of a record, what tells it from the others, and the values that count, under their
 * names in the record: `dns_query packet=17 name=example.com latency_ms=2100`.
 */
export function evidence(type: string, values: Readonly<Record<string, string | number | boolean | null>>): string {
  const words = Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${wordOf(value!)}`);
  return [type, ...words].join(' ');
}

/** A text with a blank or a quote is put into quotes, so that the next value is told from it. */
function wordOf(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const cut = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  return /^[^\s"=]+$/.test(cut) ? cut : JSON.stringify(cut);
}
