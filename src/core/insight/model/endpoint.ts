import { usageError } from '../../failure.ts';
import { foldMapped, formatIp, parseIp } from '../../net/ip-address.ts';

/** Where a model is asked. */
export interface ModelEndpoint {
  /** As it was typed, without a slash at its end. */
  readonly text: string;
  readonly secure: boolean;
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Of the request: /api/chat below the path of the URL. */
  readonly path: string;
  /** Whether it may be on another machine. */
  readonly mayBeRemote: boolean;
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads a URL of http or https. Without `mayBeRemote` only an address of the loopback or localhost is allowed, and the
 * address that it turns out to be is looked at again. Throws Failure 64.
 */
export function parseEndpoint(text: string, mayBeRemote: boolean): ModelEndpoint {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usualPort = url === null ? undefined : PORTS[url.protocol];
  if (url === null || usualPort === undefined)
    throw usageError(`--ollama "${withoutUser(text)}" is not a URL of http or https`, {
      hint: 'as in http://127.0.0.1:11434',
    });
  if (url.username !== '' || url.password !== '')
    throw usageError('--ollama has a user or a password in its URL, which is not sent');
  if (url.search !== '' || url.hash !== '') throw usageError(`--ollama "${text}" has a query or a fragment`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const base = url.pathname.replace(/\/+$/, '');
  if (!mayBeRemote && !mayBeHere(host))
    throw usageError(`--ollama "${text}" is not on this machine`, {
      hint: '--allow-remote sends what insights knows of the network there',
    });
  return {
    text: text.replace(/\/+$/, ''),
    secure: url.protocol === 'https:',
    host,
    port: url.port === '' ? usualPort : Number(url.port),
    path: `${base}/api/chat`,
    mayBeRemote,
  };
}

/** Messages must not repeat a password. */
const withoutUser = (text: string): string => text.replace(/\/\/[^/]*@/, '//…@');

/** Whether it is an address of the loopback, or its name. Other names are not even looked up, because that tells others. */
export function mayBeHere(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || isLoopback(name);
}

/** Whether an address is one of the loopback: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  const ip = parseIp(address.replace(/%.*$/, ''));
  if (ip === null) return false;
  const text = foldMapped(formatIp(ip));
  return text === '::1' || (parseIp(text)!.family === 'ipv4' && text.startsWith('127.'));
}
