import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openIpApi } from '../../../src/platform/place/ip-api.ts';
import { listenOn, type ProbeServer } from '../../support/probe-server.ts';

const servers: ProbeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function ask(addr: string, answer: http.RequestListener, times = 1) {
  const paths: string[] = [];
  const server = await listenOn(
    http.createServer((request, response) => {
      paths.push(request.url ?? '');
      answer(request, response);
    }),
  );
  servers.push(server);
  const base = new URL(`http://127.0.0.1:${server.port}/json/`);
  const api = openIpApi({ clock: realClock, timeoutMs: 5000, signal: new AbortController().signal, base });
  let reply = await api.ask(addr);
  for (let more = 1; more < times; more++) reply = await api.ask(addr);
  return { reply, paths, host: base.host };
}

test('an address is asked about', async () => {
  const { reply, paths } = await ask('8.8.8.8', (_, to) =>
    to.end('{"status":"success","countryCode":"US","query":"8.8.8.8"}'),
  );
  expect(reply).toMatchObject({ place: { country: 'US', source: 'ip-api.com' } });
  expect(paths).toEqual(['/json/8.8.8.8?fields=status,message,countryCode,city,as,query']);
});

test('one that is not public is not', async () => {
  const { reply, paths } = await ask('10.0.0.1', (_, to) => to.end());
  expect([paths, 'error' in reply]).toEqual([[], true]);
});

test('after 429 it is left alone for the time that it asks for', async () => {
  const { reply, paths, host } = await ask('8.8.8.8', (_, to) => to.writeHead(429, { 'x-ttl': '60' }).end(), 2);
  expect([reply, paths.length]).toEqual([{ error: `${host}: it asks to be left alone for 60 s` }, 1]);
});

test('HTML is no answer', async () => {
  const { reply, host } = await ask('8.8.8.8', (_, to) => to.end('<html>'));
  expect(reply).toEqual({ error: `${host}: the answer is no JSON object` });
});
