import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { RdapQuery } from '../../../src/core/place/rdap-bootstrap.ts';
import { parseWhoisOperand } from '../../../src/core/place/whois-operand.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { NO_CACHE } from '../../../src/platform/place/rdap-cache.ts';
import { openRdapClient } from '../../../src/platform/place/rdap-client.ts';
import { listenOn, type ProbeServer } from '../../support/probe-server.ts';

const servers: ProbeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const GOOD = JSON.stringify({
  objectClassName: 'ip network',
  handle: 'NET-1',
  name: 'EXAMPLE',
  startAddress: '1.1.1.0',
  endAddress: '1.1.1.255',
});
const json = { 'content-type': 'application/rdap+json' };

/** What becomes of asking a server on this machine, and the paths that it was asked for. */
async function ask(answer: http.RequestListener, timeoutMs = 5000, signal = new AbortController().signal) {
  const paths: string[] = [];
  const server = await listenOn(
    http.createServer((request, response) => {
      paths.push(request.url ?? '');
      answer(request, response);
    }),
  );
  servers.push(server);
  const base = new URL(`http://127.0.0.1:${server.port}/rdap/`);
  const client = openRdapClient({ clock: realClock, cache: NO_CACHE, timeoutMs, base, signal });
  const outcome = await client.ask(parseWhoisOperand('1.1.1.1') as RdapQuery);
  const error = 'error' in outcome ? outcome.error.replaceAll(base.host, 'HOST') : null;
  return { outcome, error, paths };
}

test('the address is asked for, and the answer read', async () => {
  const { outcome, paths } = await ask((_request, response) => response.writeHead(200, json).end(GOOD));
  expect(paths).toEqual(['/rdap/ip/1.1.1.1']);
  expect(outcome).toMatchObject({ kind: 'answered', answer: { handle: 'NET-1', prefix: '1.1.1.0/24' } });
});

test('a redirect of the service that was typed is followed', async () => {
  const { outcome, paths } = await ask((request, response) =>
    request.url === '/there'
      ? response.writeHead(200, json).end(GOOD)
      : response.writeHead(302, { location: '/there' }).end(),
  );
  expect([outcome.kind, paths]).toEqual(['answered', ['/rdap/ip/1.1.1.1', '/there']]);
});

test.each<readonly [string, string, string]>([
  [
    'the metadata of a cloud',
    'http://169.254.169.254/latest/',
    'HOST refers to http://169.254.169.254, which is not https',
  ],
  ['a private address', 'https://10.0.0.1/', '10.0.0.1: not asked: 10.0.0.1, which is no public address'],
  ['this machine', 'https://127.0.0.1/', '127.0.0.1: not asked: 127.0.0.1, which is no public address'],
  ['a mapped address', 'https://[::ffff:10.0.0.1]/', 'not asked'],
  ['another port', 'https://example.org:8443/', 'HOST refers to port 8443 of example.org'],
  ['a user', 'https://a:b@example.org/', 'HOST refers to an address with a user in it'],
  ['a file', 'file:///etc/passwd', 'which is not https'],
])('a redirect to %s is not followed', async (_name, location, expected) => {
  const { outcome, error, paths } = await ask((_request, response) => response.writeHead(302, { location }).end());
  expect([outcome.kind, paths.length]).toEqual(['failed', 1]);
  expect(error).toContain(expected);
});

test('of redirects without end five are followed', async () => {
  const { error, paths } = await ask((_request, response) => response.writeHead(301, { location: '/again' }).end());
  expect([error, paths.length]).toEqual(['more than 5 redirects', 6]);
});

test.each<readonly [string, http.RequestListener, string]>([
  [
    'HTML',
    (_, to) => to.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'the answer is text/html, not RDAP',
  ],
  ['500', (_, to) => to.writeHead(500).end(), 'HTTP status 500'],
  ['garbage', (_, to) => to.writeHead(200, json).end('{"a":'), 'the answer is no JSON object'],
  ['null', (_, to) => to.writeHead(200, json).end('null'), 'the answer is no JSON object'],
  [
    'another class',
    (_, to) => to.writeHead(200, json).end('{"objectClassName":"domain"}'),
    'no RDAP object of class "ip network"',
  ],
  ['another network', (_, to) => to.writeHead(200, json).end(GOOD.replaceAll('1.1.1.', '1.1.2.')), 'not about 1.1.1.1'],
  ['too much nesting', (_, to) => to.writeHead(200, json).end('['.repeat(100_000)), 'the answer is no JSON object'],
  [
    'a long answer',
    (_, to) => to.writeHead(200, { ...json, 'content-length': '1048577' }).end(),
    'longer than 1048576 bytes',
  ],
  [
    'a long answer in chunks',
    (_, to) => to.writeHead(200, json).end(' '.repeat(1_048_577)),
    'longer than 1048576 bytes',
  ],
  ['a reset', (_, to) => to.socket?.resetAndDestroy(), 'the server hung up without an answer'],
  [
    'a cut answer',
    (_, to) => to.writeHead(200, { ...json, 'content-length': '500' }).write(GOOD, () => to.socket?.end()),
    'the answer is cut short',
  ],
  ['gzip', (_, to) => to.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('x'), 'encoded as gzip'],
  [
    '429 for an hour',
    (_, to) => to.writeHead(429, { 'retry-after': '3600' }).end(),
    'HOST asks to be left alone for 3600 s',
  ],
])('%s is no answer', async (_name, answer, expected) => {
  const { outcome, error, paths } = await ask(answer);
  expect([outcome.kind, paths.length]).toEqual(['failed', 1]);
  expect(error).toContain(expected);
});

test('404 says that there is no such network', async () => {
  const { outcome, error } = await ask((_request, response) => response.writeHead(404).end());
  expect([outcome.kind, error]).toEqual(['not_found', 'HOST knows no such network']);
});

test('after 429 the server is asked again when it permits', async () => {
  let asked = 0;
  const { outcome, paths } = await ask((_request, response) =>
    asked++ === 0 ? response.writeHead(429, { 'retry-after': '0' }).end() : response.writeHead(200, json).end(GOOD),
  );
  expect([outcome.kind, paths.length]).toEqual(['answered', 2]);
});

test('one that is always asked for patience is given up', async () => {
  const { error, paths } = await ask((_request, response) => response.writeHead(429, { 'retry-after': '0' }).end());
  expect([error, paths.length]).toEqual(['HOST: too many requests', 4]);
});

test.each<readonly [string, http.RequestListener]>([
  ['hangs', () => {}],
  ['sends the head alone', (_, to) => void to.writeHead(200, json).write(' ')],
])('one that %s is late', async (_name, answer) => {
  const { outcome, error } = await ask(answer, 50);
  expect(outcome).toMatchObject({ kind: 'failed', isLate: true });
  expect(error).toContain('within 50 ms');
});

test('an interrupt ends it at once', async () => {
  const over = new AbortController();
  const { outcome, error } = await ask(() => over.abort(), 60_000, over.signal);
  expect(outcome).toMatchObject({ kind: 'failed', isLate: false });
  expect(error).toContain('interrupted');
});
