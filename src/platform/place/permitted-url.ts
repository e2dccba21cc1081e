import { parseIp } from '../../core/net/ip-address.ts';

/** Why a URL is not asked, in words. */
export class NotPermitted extends Error {}

const MOST_LENGTH = 2000;

/**
 * A URL that may be asked: https, at its usual port, without a user; or one of the service that was typed, which may have a port of its
 * own. Redirects of servers and lists from the network are held to this. Throws NotPermitted.
 */
export function permittedUrl(text: string, from: URL | null, typed: URL | null): URL {
  let url: URL;
  try {
    url = new URL(text, from ?? undefined);
  } catch {
    throw new NotPermitted('an address that is no URL');
  }
  if (url.href.length > MOST_LENGTH) throw new NotPermitted('an address that is too long');
  if (url.username !== '' || url.password !== '') throw new NotPermitted('an address with a user in it');
  if (typed !== null && url.origin === typed.origin) return url;
  if (url.protocol !== 'https:') throw new NotPermitted(`${url.protocol}//${url.host}, which is not https`);
  if (url.port !== '') throw new NotPermitted(`port ${url.port} of ${url.hostname}`);
  return url;
}

/** A base that a user may type: https, or http of this machine itself; null for anything else. It ends with a slash. */
export function typedBase(text: string): URL | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(hostOf(url)))) return null;
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The host of a URL, without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

function isLoopback(host: string): boolean {
  const address = parseIp(host);
  if (address === null) return host === 'localhost';
  return address.family === 'ipv4'
    ? address.bytes[0] === 127
    : address.bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
}
