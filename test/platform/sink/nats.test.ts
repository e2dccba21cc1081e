import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { parseCredentials } from '../../../src/core/delivery/credentials.ts';
import { type Delivery, deliver } from '../../../src/core/delivery/deliver.ts';
import { parseDestination } from '../../../src/core/delivery/destination.ts';
import type { Recipient } from '../../../src/core/delivery/message.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openNats } from '../../../src/platform/sink/nats.ts';
import { openSpool, type Spool } from '../../../src/platform/sink/spool.ts';
import { makeSpoolFolder } from '../../../src/platform/sink/spool-folder.ts';
import { type Authority, openAuthority } from '../../support/certificates.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { toolIsMissing } from '../../support/tool.ts';

const EVENTS = 100_000;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** All between a producer and a server: a spool, a delivery and the client. */
async function lineTo(url: string, credentials: string | null = null) {
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'line-')), 'spool');
  makeSpoolFolder(folder, null, false);
  const said: string[] = [];
  const say = (line: string): unknown => said.push(line);
  const destination = parseDestination(url);
  const recipient: Recipient = openNats({
    destination,
    credentials: credentials === null ? null : parseCredentials(credentials, 'FILE', 'nats'),
    certificate: null,
    clock: realClock,
  });
  const spool: Spool = await openSpool({
    ...{ folder, mostBytes: 256 * 1024 * 1024, say, clock: realClock },
    gapOf: () => Buffer.from('gap'),
  });
  const over = new AbortController();
  // waits are a tenth of what they are
  const clock = { ...realClock, sleep: (millis: number, signal?: AbortSignal) => realClock.sleep(millis / 10, signal) };
  const delivery: Delivery = deliver(
    spool,
    recipient,
    { clock, random: Math.random, say, name: destination.name },
    over.signal,
  );
  closing.push(async () => {
    over.abort();
    await delivery.ended;
    await recipient.close();
    spool.close();
    fs.rmSync(path.dirname(folder), { recursive: true, force: true });
  });
  return {
    ...{ spool, delivery, said },
    async sent() {
      while (spool.count() > 0) await sleep(20);
    },
    async told(words: string) {
      while (!said.some((line) => line.includes(words))) await sleep(20);
    },
  };
}

async function serverWith(config = '', options = {}): Promise<NatsServer> {
  const server = await startNatsServer(config, options);
  closing.push(() => server.close());
  return server;
}

const eventOf = (number: number): string =>
  JSON.stringify({ type: 'conn_event', event: 'opened', number, remote_addr: '192.0.2.1', process: 'x'.repeat(200) });

describe.skipIf(toolIsMissing('nats-server'))('a real nats-server', () => {
  test('100,000 events, and the server is killed twice in the middle: every event arrives, and once', async () => {
    const server = await serverWith();
    await server.addStream('netwatch.>');
    const { spool, sent, said } = await lineTo(`nats://127.0.0.1:${server.port}/netwatch.events`);
    let number = 0;
    const add = async (upTo: number): Promise<void> => {
      while (number < upTo) {
        for (let i = 0; i < 500 && number < upTo; i++) spool.append(Buffer.from(eventOf(number++)));
        await sleep(1);
      }
    };
    await add(EVENTS * 0.3);
    await server.kill();
    await add(EVENTS * 0.5);
    await server.start();
    while (spool.count() > EVENTS * 0.1) await sleep(2);
    const adding = add(EVENTS * 0.8);
    await sleep(100);
    await server.kill();
    await adding;
    expect(spool.count()).toBeGreaterThan(0);
    await server.start();
    await add(EVENTS);
    await sent();
    const messages = await server.messages();
    const byId = new Map(messages.map(({ id, text }) => [id, text]));
    expect(byId.size).toBe(EVENTS);
    const numbers = [...byId.values()].map((text) => (JSON.parse(text) as { number: number }).number);
    expect(numbers).toEqual(Array.from({ length: EVENTS }, (_, i) => i));
    expect(said.filter((line) => line.includes('takes records again'))).toHaveLength(2);
    console.info(`${EVENTS} events, ${messages.length} messages in the stream`);
  }, 240_000);

  test('without a stream records wait, and the command that makes one is named; then they arrive', async () => {
    const server = await serverWith();
    const { spool, told, sent } = await lineTo(`nats://127.0.0.1:${server.port}/netwatch.events`);
    spool.append(Buffer.from('one'));
    await told('no stream takes the subject netwatch.events: nats stream add NAME --subjects netwatch.events');
    await server.addStream('netwatch.>');
    await sent();
    expect((await server.messages()).map(({ text }) => text)).toEqual(['one']);
  });

  test('what is larger than the server takes is refused and told, and what comes after it arrives', async () => {
    const server = await serverWith('max_payload: 4096');
    await server.addStream('netwatch.>');
    const { spool, sent, said, delivery } = await lineTo(`nats://127.0.0.1:${server.port}/netwatch.events`);
    for (const text of ['one', 'x'.repeat(5000), 'two']) spool.append(Buffer.from(text));
    await sent();
    expect((await server.messages()).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(delivery.refused()).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(
        /refused 1 record: max_payload of the server is 4096 bytes: raise it there \(1 MB is usual\), or send fewer fields \(--fields\)$/,
      ),
    ]);
  });

  test('with a max_payload smaller than most records, that is told once, and the others flow on', async () => {
    const server = await serverWith('max_payload: 300');
    await server.addStream('netwatch.>');
    const { spool, sent, said, delivery } = await lineTo(`nats://127.0.0.1:${server.port}/netwatch.events`);
    for (let round = 0; round < 20; round++) {
      for (let number = 0; number < 10; number++) spool.append(Buffer.from(eventOf(number)));
      spool.append(Buffer.from(`small ${round}`));
      await sent();
    }
    expect((await server.messages()).map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, round) => `small ${round}`),
    );
    expect([delivery.sent(), delivery.refused(), said.length]).toEqual([20, 200, 1]);
  });

  test('a message that just fits arrives, one that is a byte longer is refused', async () => {
    const server = await serverWith('max_payload: 300');
    await server.addStream('netwatch.>');
    const { spool, sent, delivery } = await lineTo(`nats://127.0.0.1:${server.port}/netwatch.events`);
    const lengths = Array.from({ length: 200 }, (_, n) => 101 + n);
    for (const length of lengths) spool.append(Buffer.from('x'.repeat(length)));
    await sent();
    const messages = await server.messages();
    const sizes = messages.map(({ id, text }) => `NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n${text}`.length);
    expect(Math.max(...sizes)).toBe(300);
    expect(messages.length + delivery.refused()).toBe(lengths.length);
  });

  test('what is larger than the stream takes is refused, and does not hold up what comes after it', async () => {
    const server = await serverWith();
    await server.addStream('netwatch.>', { max_msg_size: 200 });
    const { spool, sent, said } = await lineTo(`nats://127.0.0.1:${server.port}/netwatch.events`);
    for (const text of ['one', 'x'.repeat(300), 'two']) spool.append(Buffer.from(text));
    await sent();
    expect((await server.messages()).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(said).toEqual([
      expect.stringContaining(
        'refused 1 record: its stream takes no message as large: nats stream edit NAME --max-msg-size=-1, or send fewer fields',
      ),
    ]);
  });

  test.each([
    [
      'a user with a password',
      'authorization { user: ada, password: geheim }',
      { user: 'ada', pass: 'geheim' },
      'ada:geheim\n',
    ],
    ['a token', 'authorization { token: geheim }', { token: 'geheim' }, 'geheim\n'],
  ])('%s is let in, and shown to nobody', async (_, config, options, credentials) => {
    const server = await serverWith(config, options);
    await server.addStream('netwatch.>');
    const url = `nats://127.0.0.1:${server.port}/netwatch.events`;
    const { spool, sent } = await lineTo(url, credentials);
    spool.append(Buffer.from('one'));
    await sent();
    const wrong = await lineTo(url, 'ada:falsch');
    wrong.spool.append(Buffer.from('two'));
    await wrong.told('1 record in the spool');
    expect(wrong.said.join('\n')).not.toMatch(/geheim|falsch/);
    expect(await server.count()).toBe(1);
  });

  describe('over TLS', () => {
    let authority: Authority;
    const secure = async (names: string): Promise<NatsServer> => {
      authority = openAuthority();
      closing.push(() => authority.remove());
      const { cert, key } = authority.issue('nats', names, 30);
      const folder = path.dirname(authority.file);
      fs.writeFileSync(path.join(folder, 'cert.pem'), cert);
      fs.writeFileSync(path.join(folder, 'key.pem'), key);
      const server = await serverWith(`tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }`, {
        tls: { ca: fs.readFileSync(authority.file, 'utf8') },
      });
      return server;
    };
    const trusting = async <T>(file: string, deed: () => Promise<T>): Promise<T> => {
      const { SSL_CERT_FILE } = process.env;
      process.env.SSL_CERT_FILE = file;
      try {
        return await deed();
      } finally {
        if (SSL_CERT_FILE === undefined) delete process.env.SSL_CERT_FILE;
        else process.env.SSL_CERT_FILE = SSL_CERT_FILE;
      }
    };

    test('what is trusted is sent to; a certificate of another host, or of nobody that is trusted, is not', async () => {
      const server = await secure('DNS:localhost,IP:127.0.0.1');
      await server.addStream('netwatch.>');
      const good = await trusting(authority.file, () => lineTo(`nats+tls://127.0.0.1:${server.port}/netwatch.events`));
      good.spool.append(Buffer.from('one'));
      await good.sent();
      const distrusting = await lineTo(`nats+tls://127.0.0.1:${server.port}/netwatch.events`);
      distrusting.spool.append(Buffer.from('two'));
      await distrusting.told('certificate');
      expect(await server.count()).toBe(1);
    });
  });

  test('a server that has no TLS gets nothing when TLS is demanded', async () => {
    const server = await serverWith();
    await server.addStream('netwatch.>');
    const { spool, told } = await lineTo(`nats+tls://127.0.0.1:${server.port}/netwatch.events`);
    spool.append(Buffer.from('one'));
    await told('1 record in the spool');
    expect(await server.count()).toBe(0);
  });
});
