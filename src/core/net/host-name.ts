import { domainToASCII, domainToUnicode } from 'node:url';
import { parseIp } from './ip-address.ts';

/**
 * The name as DNS has it; empty for no host. A label of Punycode that stands for nothing (`xn--a`) is no host: Node 20
 * says so, newer ones leave it as it is.
 */
function asciiOf(host: string): string {
  const ascii = domainToASCII(host);
  return PUNYCODE_LABEL.test(domainToUnicode(ascii)) ? '' : ascii;
}
const PUNYCODE_LABEL = /(^|\.)xn--/;

/**
 * What programs that follow the URL standard (browsers, curl) take a host for, letters of other scripts as such; empty for
 * no host. They read `127。0.0.1`, `127.0x1` and `１２７.0.0.1` as 127.0.0.1, and `ⓔxample` as example.
 */
export const understoodAs = (host: string): string => domainToUnicode(asciiOf(host));

/**
 * Whether a name means itself to all who read it (UTS 46): it becomes no address, and no other name but for capitals and
 * letters composed of two. With letters of other scripts it is honest; one that only looks like another is not told.
 */
export function meansItself(name: string): boolean {
  const ascii = asciiOf(name);
  if (ascii === '' || parseIp(ascii) !== null) return false;
  const typed = [...name]
    .map((letter) => letter.toLowerCase())
    .join('')
    .normalize('NFC');
  return ascii === typed || domainToUnicode(ascii) === typed;
}
