import { isIP } from 'node:net';
import { usageError } from '../../../core/failure.ts';
import { isLoopbackName } from '../../../platform/listener/request-gate.ts';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether nobody but this machine gets there. */
  readonly isLoopback: boolean;
}

const LOOPBACK = '127.0.0.1';

/**
 * Reads `HOST:PORT`, `[ADDRESS]:PORT`, `:PORT` or `PORT`; without a host it is the loopback. A host is an address or localhost: a
 * name may be of several addresses. Throws a Failure 64.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  const [inside, plain = ''] = [match?.[1], match?.[2]];
  const host = inside ?? plain;
  if (match === null || port > 65_535) {
    throw usageError(`--listen "${text}" is not HOST:PORT`, {
      hint: isIP(text) === 6 ? `--listen '[${text}]:9787'` : '--listen 127.0.0.1:9787',
    });
  }
  const isKnown = inside === undefined ? host === '' || host === 'localhost' || isIP(host) === 4 : isIP(host) === 6;
  if (!isKnown) {
    throw usageError(`--listen "${text}": "${host}" is no address`, {
      hint: `--listen 127.0.0.1:${port}, or an address that netwatch ifaces lists`,
    });
  }
  const chosen = host === '' ? LOOPBACK : host;
  return { host: chosen, port, isLoopback: isLoopbackName(chosen) };
}

/** The address in a URL. */
export function urlOf(address: string, port: number): string {
  // a zone is no part of what others type
  const host = address.includes(':') ? `[${address.replace(/%.*$/, '')}]` : address;
  return `http://${host}:${port}`;
}
