/** Domains below which anybody can register a name, two labels long: more than these are not known. */
const SECOND_LEVELS: ReadonlySet<string> = new Set([
  ...['ac', 'co', 'gov', 'ltd', 'me', 'net', 'org', 'plc', 'sch'].map((one) => `${one}.uk`),
  ...['asn', 'com', 'edu', 'gov', 'id', 'net', 'org'].map((one) => `${one}.au`),
  ...['ac', 'co', 'geek', 'gen', 'govt', 'net', 'org', 'school'].map((one) => `${one}.nz`),
  ...['ac', 'ad', 'co', 'ed', 'go', 'gr', 'lg', 'ne', 'or'].map((one) => `${one}.jp`),
  ...['ac', 'com', 'edu', 'gov', 'net', 'org'].flatMap((one) => [`${one}.cn`, `${one}.br`, `${one}.tr`, `${one}.sg`]),
  ...['ac', 'co', 'gov', 'net', 'org', 'web'].flatMap((one) => [`${one}.za`, `${one}.in`, `${one}.kr`, `${one}.il`]),
  ...['com', 'edu', 'gob', 'net', 'org'].flatMap((one) => [`${one}.mx`, `${one}.ar`, `${one}.hk`, `${one}.tw`]),
]);

/** Top-level domains besides those of countries. A name below another one may be no name of the DNS at all. */
const GENERIC: ReadonlySet<string> = new Set(
  'com net org edu gov mil int info biz name pro arpa aero app art asia blog cat cloud club coop dev digital email eu fm fun games gg global goog google group icu info io jobs lat life link live ltd media mobi museum network news online page post press run sbs services shop site social software solutions space store systems tech tel today tools top travel tv video vip website wiki win work works world xxx xyz zone amazon apple aws azure bbc bmw microsoft youtube'.split(
    ' ',
  ),
);

/** Whether names end in this label in the DNS of the internet, as far as is known here. */
const isTopLevel = (label: string): boolean => /^[a-z]{2}$/.test(label) || GENERIC.has(label);

/**
 * The part of a host name that was registered, in lower case: `example.co.uk` of `a.b.example.co.uk`. Null for a name that
 * is not below a known domain: one of a private network, or none at all. Where a suffix is longer than is known here,
 * the answer is shorter, never longer.
 */
export function registrableName(host: string): string | null {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const last = labels.at(-1)!;
  if (labels.length < 2 || !isTopLevel(last)) return null;
  const suffix = SECOND_LEVELS.has(`${labels.at(-2)}.${last}`) ? 2 : 1;
  if (labels.length <= suffix) return null;
  const own = labels.slice(-suffix - 1);
  return own.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(label)) ? own.join('.') : null;
}
