import { isSuffix, registrableName } from '../registrable-name.ts';

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
export function publicName(host: string): string | null {
  const own = registrableName(host);
  const labels = own.split('.');
  if (labels.length < 2 || !isTopLevel(labels.at(-1)!) || isSuffix(own)) return null;
  return labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(label)) ? own : null;
}
