import http from 'node:http';
import https from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RdapQuery } from '../../../src/core/place/rdap-bootstrap.ts';
import { parseWhoisOperand } from '../../../src/core/place/whois-operand.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { type Kept, NO_CACHE, type RdapCache } from '../../../src/platform/place/rdap-cache.ts';
import { openRdapClient } from '../../../src/platform/place/rdap-client.ts';
import { type Authority, type Certified, openAuthority } from '../../support/certificates.ts';
import { listenOn, type ProbeServer } from '../../support/probe-server.ts';
import { toolIsMissing } from '../../support/tool.ts';

const isMissing = toolIsMissing('openssl');
if (isMissing) console.warn('skipped: registries over https: openssl is not installed');

const HERE = 'DNS:localhost,IP:127.0.0.1';
const ANSWER = JSON.stringify({ objectClassName: 'ip network', startAddress: '1.1.1.0', endAddress: '1.1.1.255' });
const json = { 'content-type': 'application/rdap+json' };
const listOf = (...urls: readonly string[]): string => JSON.stringify({ services: [[['1.0.0.0/8'], urls]] });

describe.skipIf(isMissing)('over https', () => {
  let authority: Authority;
  let good: Certified;
  const before = process.env.NODE_EXTRA_CA_CERTS;
  const servers: ProbeServer[] = [];
  beforeAll(() => {
    authority = openAuthority();
    good = authority.issue('good', HERE, 20);
    process.env.NODE_EXTRA_CA_CERTS = authority.file;
  });
  afterAll(() => {
    authority.remove();
    if (before === undefined) delete process.env.NODE_EXTRA_CA_CERTS;
    else process.env.NODE_EXTRA_CA_CERTS = before;
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  /** What becomes of asking: a service that was typed, or IANA's lists, which are then on that server. */
  async function ask(
    as: 'service' | 'lists',
    answer: http.RequestListener,
    certified: Certified | null = good,
    { timeoutMs = 5000, cache = NO_CACHE }: { readonly timeoutMs?: number; readonly cache?: RdapCache } = {},
  ) {
    const paths: string[] = [];
    const listener: http.RequestListener = (request, response) => {
      paths.push(request.url ?? '');
      answer(request, response);
    };
    const server = certified === null ? http.createServer(listener) : https.createServer(certified, listener);
    server.on('tlsClientError', () => {});
    servers.push(await listenOn(server));
    const url = new URL(`https://127.0.0.1:${servers.at(-1)!.port}/`);
    const asked = as === 'service' ? { base: url } : { base: null, lists: url };
    const { signal } = new AbortController();
    const client = openRdapClient({ clock: realClock, cache, timeoutMs, ...asked, signal });
    const outcome = await client.ask(parseWhoisOperand('1.1.1.1') as RdapQuery);
    const error = 'error' in outcome ? outcome.error.replaceAll(url.host, 'HOST') : null;
    return { outcome, error, paths };
  }

  test('a certificate of an authority that is trusted here: the answer is read', async () => {
    const { outcome, paths } = await ask('service', (_request, response) => response.writeHead(200, json).end(ANSWER));
    expect([outcome.kind, paths]).toEqual(['answered', ['/ip/1.1.1.1']]);
  });

  test.each<readonly [string, () => Certified | null, RegExp]>([
    ['that nobody issued', () => authority.selfSigned('own', HERE), /^HOST: .*self-signed/],
    [
      'of another name',
      () => authority.issue('other', 'DNS:example.org', 20),
      /^HOST: the certificate is for another host/,
    ],
    ['that has expired', () => authority.issue('old', HERE, -1), /^HOST: .*expired/],
    ['none, but plain HTTP', () => null, /^HOST: /],
  ])('a certificate %s: nothing is asked', async (_name, certified, words) => {
    for (const as of ['service', 'lists'] as const) {
      const { outcome, error, paths } = await ask(as, (_, to) => to.writeHead(200, json).end(ANSWER), certified());
      expect([outcome.kind, paths]).toEqual(['failed', []]);
      expect(error!.replace('the list of registries cannot be had: ', '')).toMatch(words);
    }
  });

  test.each<readonly [string, http.RequestListener, string]>([
    [
      'refers to a private address',
      (_, to) => to.writeHead(302, { location: 'https://10.0.0.1/ipv4.json' }).end(),
      'the list of registries cannot be had: 10.0.0.1: not asked: 10.0.0.1, which is no public address',
    ],
    [
      'refers to the metadata of a cloud',
      (_, to) => to.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
      'the list of registries cannot be had: HOST refers to http://169.254.169.254, which is not https',
    ],
    [
      'refers to this machine by name',
      (_, to) => to.writeHead(302, { location: 'https://localhost/' }).end(),
      'the list of registries cannot be had: localhost: not asked: localhost at 127.0.0.1, which is no public address',
    ],
    [
      'is huge',
      (_, to) => to.writeHead(200, json).end(' '.repeat(1_048_577)),
      'the list of registries cannot be had: HOST: the answer is longer than 1048576 bytes',
    ],
    [
      'is no list',
      (_, to) => to.writeHead(200, json).end('{"services":7}'),
      'the list of registries for ipv4 is not what it should be',
    ],
    [
      'names a service on this machine',
      (_, to) => to.writeHead(200, json).end(listOf('https://127.0.0.1/')),
      '127.0.0.1: not asked: 127.0.0.1, which is no public address',
    ],
    [
      'names a service at another port',
      (_, to) => to.writeHead(200, json).end(listOf('https://rdap.example:8443/')),
      'not asked: port 8443 of rdap.example',
    ],
    [
      'names a service without encryption alone',
      (_, to) => to.writeHead(200, json).end(listOf('http://rdap.example/')),
      'no registry is responsible for 1.1.1.1',
    ],
  ])('a list that %s', async (_name, answer, words) => {
    const { outcome, error, paths } = await ask('lists', answer);
    expect([outcome.kind, error, paths]).toEqual(['failed', words, ['/ipv4.json']]);
  });

  test('a list that is slow is late', async () => {
    const { outcome, error } = await ask('lists', (_, to) => void to.writeHead(200, json).write('{'), good, {
      timeoutMs: 100,
    });
    expect(outcome).toMatchObject({ kind: 'failed', isLate: true });
    expect(error).toContain('within 100 ms');
  });

  test('a list is kept, and garbage is not', async () => {
    const kept: Kept[] = [];
    const cache: RdapCache = { find: () => null, keep: async (_key, one) => void kept.push(one) };
    await ask('lists', (_, to) => to.writeHead(200, json).end('{"services":7}'), good, { cache });
    expect(kept).toEqual([]);
    const list = listOf('https://127.0.0.1/');
    await ask('lists', (_, to) => to.writeHead(200, json).end(list), good, { cache });
    expect(kept.map(({ body }) => body)).toEqual([list]);
  });
});
