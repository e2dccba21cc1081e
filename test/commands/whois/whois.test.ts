import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WhoisRow } from '../../../src/core/record/tables/whois.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { listenOn, type ProbeServer } from '../../support/probe-server.ts';

let server: ProbeServer;
let paths: string[] = [];
beforeAll(async () => {
  server = await listenOn(
    http.createServer((request, response) => {
      paths.push(request.url ?? '');
      if (request.url !== '/ip/1.1.1.1') response.writeHead(500).end();
      else
        response.writeHead(200, { 'content-type': 'application/rdap+json' }).end(
          JSON.stringify({
            objectClassName: 'ip network',
            name: 'ONE\u001b[31m',
            country: 'AU',
            port43: 'whois.apnic.net',
          }),
        );
    }),
  );
});
afterAll(() => server.close());

async function whois(...words: readonly string[]) {
  paths = [];
  const ran = await runInProcess(['whois', '--rdap', `http://127.0.0.1:${server.port}`, ...words], {
    clock: realClock,
  });
  return { ...ran, paths };
}
const rowsOf = (out: string) => recordsOf<WhoisRow>(out);

test('an address is asked about, and its record printed', async () => {
  const { status, out, paths } = await whois('1.1.1.1', '-o', 'ndjson');
  expect([status, paths]).toEqual([0, ['/ip/1.1.1.1']]);
  expect(rowsOf(out)).toMatchObject([
    { query: '1.1.1.1', scope: 'global', country: 'AU', registry: 'apnic', rdap: 'answered' },
  ]);
});

test('what a registry says cannot reach the terminal as a command', async () => {
  expect((await whois('1.1.1.1', '-o', 'vertical')).out).not.toContain('\u001b');
});

test('special-purpose numbers, prefixes that hold them, and hardware addresses are never sent', async () => {
  const special = [
    '10.1.2.3',
    '127.0.0.1',
    '169.254.169.254',
    '::ffff:192.168.0.1',
    'fe80::1%lo',
    '::1',
    '0.0.0.0/0',
    '8.0.0.0/5',
  ];
  const { status, out, paths } = await whois(...special, 'AS64512', '00:00:5e:00:53:01', '-o', 'ndjson');
  expect([status, paths]).toEqual([0, []]);
  expect(rowsOf(out).map(({ rdap }) => rdap)).toEqual(Array(10).fill('not_asked'));
});

test('offline nothing is sent', async () => {
  const { status, out, paths } = await whois('1.1.1.1', '--offline', '--ip-api', '-o', 'ndjson');
  expect([status, paths]).toEqual([0, []]);
  expect(rowsOf(out)).toMatchObject([{ rdap: 'not_asked', scope: 'global' }]);
});

test.each([[[]], [['--sort', 'query']]])('69 when all that were asked failed, after the rows %j', async (more) => {
  const { status, out, said } = await whois('9.9.9.9', '10.0.0.1', '-o', 'ndjson', ...more);
  expect(status).toBe(69);
  expect(
    rowsOf(out)
      .map(({ rdap }) => rdap)
      .sort(),
  ).toEqual(['failed', 'not_asked']);
  expect(said[0]).toContain('HTTP status 500');
});

test('statements decide when there are any', async () => {
  expect((await whois('9.9.9.9', '--fail-on', 'rdap == failed')).status).toBe(1);
  expect((await whois('9.9.9.9', '--expect', 'all(scope == global)')).status).toBe(0);
});

test.each([
  [['example.org'], 'is no address, prefix, AS number or hardware address'],
  [['1.1.1.1', '--rdap', 'http://192.0.2.1/'], 'is no base of an RDAP service'],
  [[], 'whois of what?'],
])('64 for %j, and nothing is sent', async (words, message) => {
  const ran = await runInProcess(['whois', ...words]);
  expect(ran.status).toBe(64);
  expect(ran.said.join()).toContain(message);
});
