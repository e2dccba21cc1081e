import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { MOST_ANSWER } from '../../../src/core/insight/model/answer.ts';
import { parseEndpoint } from '../../../src/core/insight/model/endpoint.ts';
import type { ModelReply } from '../../../src/core/insight/model/model-commentary.ts';
import type { Clock } from '../../../src/core/system/clock.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openOllama } from '../../../src/platform/model/ollama.ts';
import { answering, chatAnswer, ollamaServer } from '../../support/ollama-server.ts';
import { closedPort, rawServer } from '../../support/probe-server.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const FOREVER = new AbortController().signal;
const TIMEOUT_MS = 30_000;

const ollamaAt = (url: string, clock: Clock = realClock) =>
  openOllama(parseEndpoint(url, false), 'llama3.2', TIMEOUT_MS, clock);

/** The answer of a server that serves like this. */
async function askOf(serve: (response: ServerResponse) => void): Promise<ModelReply> {
  const server = await ollamaServer(serve);
  try {
    return await ollamaAt(server.url).ask('{"model":"x"}', FOREVER);
  } finally {
    await server.close();
  }
}

const json = (text: string, status = 200) => askOf((response) => response.writeHead(status).end(text));
const reasonOf = (reply: ModelReply) => ('fault' in reply ? [reply.fault.kind, reply.fault.reason] : reply);

test('the body arrives as it was given, as JSON, in one POST', async () => {
  const server = await answering(chatAnswer('{"findings":[]}'));
  const body = '{"model":"x","text":"ü \\u001b"}';
  expect(await ollamaAt(server.url).listens(FOREVER)).toBeNull();
  expect(await ollamaAt(`${server.url}/base/`).ask(body, FOREVER)).toEqual({ content: '{"findings":[]}' });
  await server.close();
  expect(server.asked).toHaveLength(1);
  const { method, url, headers, body: came } = server.asked[0]!;
  expect([method, url, headers['content-type'], headers.connection]).toEqual([
    'POST',
    '/base/api/chat',
    'application/json',
    'close',
  ]);
  expect([headers.cookie, headers.authorization]).toEqual([undefined, undefined]);
  expect(came.equals(Buffer.from(body))).toBe(true);
});

test('an answer that drips is put together', async () => {
  const reply = await askOf((response) => {
    const text = chatAnswer('drip');
    const next = (at: number): void => {
      if (at === text.length) response.end();
      else response.write(text[at], () => setImmediate(next, at + 1));
    };
    next(0);
  });
  expect(reply).toEqual({ content: 'drip' });
});

test.each<readonly [string, string, number, readonly [string, string]]>([
  ['HTML', '<html>404</html>', 200, ['bad', 'its answer is no JSON']],
  ['garbage', '\u0000\u0001\u0002', 200, ['bad', 'its answer is no JSON']],
  ['JSON cut short', chatAnswer('x').slice(0, -1), 200, ['bad', 'its answer is no JSON']],
  ['a number', '7', 200, ['bad', 'its answer is no JSON']],
  ['null', 'null', 200, ['bad', 'its answer is no JSON']],
  ['no message', '{"message":null}', 200, ['bad', 'its answer has no message']],
  ['a message that is no text', '{"message":{"content":7}}', 200, ['bad', 'its answer has no message']],
  ['500', '{}', 500, ['bad', 'it answered 500']],
  ['500 with a reason', '{"error":"out of memory"}', 500, ['bad', 'it answered 500 and said "out of memory"']],
  ['an error that is no text', '{"error":{"a":1}}', 500, ['bad', 'it answered 500']],
  [
    'a hostile reason',
    JSON.stringify({ error: `\u001b[31m\u202e\n${'x'.repeat(5000)}` }),
    503,
    ['bad', `it answered 503 and said "[31m ${'x'.repeat(154)}…"`],
  ],
  ['an error in place of a message', '{"error":"boom"}', 200, ['bad', 'it said "boom"']],
  ['404 of a web server', '<html>not found</html>', 404, ['bad', 'it answered 404']],
  ['404 of Ollama', '{"error":"model \'llama3.2\' not found"}', 404, ['missing', 'it has no model llama3.2']],
  ['too long a text', chatAnswer('x'.repeat(MOST_ANSWER + 1)), 200, ['bad', 'its answer is longer than 32768 bytes']],
  ['too long in bytes', chatAnswer('ü'.repeat(MOST_ANSWER - 1)), 200, ['bad', 'its answer is longer than 32768 bytes']],
])('%s', async (_name, text, status, fault) => expect(reasonOf(await json(text, status))).toEqual(fault));

test('a text as long as is allowed is read', async () =>
  expect(await json(chatAnswer('x'.repeat(MOST_ANSWER)))).toEqual({ content: 'x'.repeat(MOST_ANSWER) }));

test('a stream without an end is cut off', async () => {
  let hungUp = (): void => {};
  const closed = new Promise<void>((resolve) => {
    hungUp = resolve;
  });
  const reply = await askOf((response) => {
    const part = Buffer.alloc(65_536, 0x20);
    const more = (): void => void (response.destroyed || response.write(part, () => setImmediate(more)));
    response.on('close', hungUp);
    more();
  });
  expect(reasonOf(reply)).toEqual(['bad', 'its answer has more than 1048576 bytes']);
  await closed;
});

test('a redirect is not followed', async () => {
  const other = await answering(chatAnswer('other'));
  const reply = await askOf((response) => response.writeHead(307, { location: `${other.url}/api/chat` }).end());
  await other.close();
  expect(reasonOf(reply)).toEqual(['bad', 'it redirects (307), which is not followed']);
  expect(other.asked).toEqual([]);
});

test('a server without TLS is there: nothing has to be set up to have a model', async () => {
  const server = await answering(chatAnswer('plain'));
  const reply = await ollamaAt(server.url.replace('http:', 'https:')).ask('{}', FOREVER);
  await server.close();
  expect(reasonOf(reply)).toEqual(['bad', 'the server does not speak TLS']);
  expect(server.asked).toEqual([]);
});

test('where nobody listens the model is absent', async () => {
  const ollama = ollamaAt(`http://127.0.0.1:${await closedPort()}`);
  expect(await ollama.listens(FOREVER)).toEqual({ kind: 'absent', reason: 'connection refused' });
  expect(reasonOf(await ollama.ask('{}', FOREVER))).toEqual(['absent', 'connection refused']);
});

test.each<readonly [string, string, string]>([
  ['hangs up at once', '', 'it hung up'],
  ['is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'the answer is no HTTP'],
  ['hangs up in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"mess', 'it hung up'],
  [
    'sends two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    'the answer has two lengths',
  ],
])('a server that %s', async (_name, bytes, reason) => {
  const server = await rawServer((socket) => void socket.once('data', () => socket.end(bytes)));
  const reply = await ollamaAt(`http://127.0.0.1:${server.port}`).ask('{}', FOREVER);
  await server.close();
  expect(reasonOf(reply)).toEqual(['bad', expect.stringContaining(reason)]);
});

test('a server that resets the connection', async () => {
  const server = await rawServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const reply = await ollamaAt(`http://127.0.0.1:${server.port}`).ask('{}', FOREVER);
  await server.close();
  expect(reasonOf(reply)).toEqual(['bad', 'it hung up']);
});

/** A server that says this and then nothing, asked at a time that stands still. */
async function hanging(head: string, then: (clock: ReturnType<typeof virtualClock>, stop: AbortController) => unknown) {
  const clock = virtualClock();
  const stop = new AbortController();
  const server = await rawServer((socket) =>
    socket.once('data', () => {
      if (head !== '') socket.write(head);
      void then(clock, stop);
    }),
  );
  const reply = await ollamaAt(`http://127.0.0.1:${server.port}`, clock).ask('{}', stop.signal);
  const timers = clock.timers();
  await server.close();
  return [...(reasonOf(reply) as readonly string[]), timers];
}

test.each(['', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'])('a server that hangs after %j', async (head) => {
  expect(await hanging(head, (clock) => clock.pass(TIMEOUT_MS))).toEqual(['late', 'no answer within 30000 ms', 0]);
});

test('an interrupt ends it at once', async () =>
  expect(await hanging('', (_clock, stop) => stop.abort())).toEqual(['interrupted', 'interrupted', 0]));

test('an interrupt before it ends it, too', async () => {
  const server = await answering(chatAnswer('x'));
  const reply = await ollamaAt(server.url).ask('{}', AbortSignal.abort());
  await server.close();
  expect(reasonOf(reply)).toEqual(['interrupted', 'interrupted']);
  expect(server.asked).toEqual([]);
});
