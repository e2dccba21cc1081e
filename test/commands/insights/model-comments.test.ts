import { expect, test } from 'vitest';
import { ModelComments } from '../../../src/commands/insights/model-comments.ts';
import { modelOptions, modelRequestOf } from '../../../src/commands/insights/model-options.ts';
import type { Failure } from '../../../src/core/failure.ts';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { findings, ollamaServer } from '../../support/ollama-server.ts';
import { rawServer } from '../../support/probe-server.ts';

const absent = Object.fromEntries(Object.entries(modelOptions).map(([name, { absent: value }]) => [name, value]));
const requestOf = (more: object) => modelRequestOf({ ...absent, ...more } as Parameters<typeof modelRequestOf>[0]);

/** Whatever the network does next: long enough for what is under way on the loopback to come. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const COMMENT = { severity: 'info', summary: 'All is well', cites: ['F1'] };

test('of several looks one is asked about at a time, and each answer is shown once', async () => {
  const answers: (() => void)[] = [];
  const server = await ollamaServer((response) => answers.push(() => response.end(findings(COMMENT))));
  const context = fakeContext({ clock: realClock });
  const comments = (await ModelComments.open(context, requestOf({ ollama: server.url })))!;
  const look = (at: number): number => comments.look([] as InsightRow[], at, null).length;
  expect(look(1)).toBe(0);
  await until(() => answers.length === 1);
  expect([look(2), look(3)]).toEqual([0, 0]);
  answers[0]!();
  await until(() => comments.isIdle);
  expect([look(4), look(5)]).toEqual([1, 0]);
  await until(() => answers.length === 2);
  comments.finish();
  await server.close();
  expect([server.asked.length, context.said]).toEqual([2, []]);
});

test('a fault is said once, however often it is met; demanded, it ends the run', async () => {
  const server = await ollamaServer((response) => response.writeHead(500).end());
  const auto = fakeContext({ clock: realClock });
  const comments = (await ModelComments.open(auto, requestOf({ ollama: server.url })))!;
  for (let count = 1; count <= 3; count++) {
    await until(() => comments.isIdle);
    comments.look([], count, null);
  }
  await until(() => comments.isIdle);
  comments.finish();
  expect(auto.said).toEqual([`no comment of the model at ${server.url} (it answered 500): rules alone`]);

  const always = (await ModelComments.open(auto, requestOf({ ollama: server.url, ai: 'always' })))!;
  always.look([], 1, null);
  await until(() => always.isIdle);
  expect(() => always.finish()).toThrow(expect.objectContaining({ exit: 69 }) as Failure);
  await server.close();
});

test('of faults that are worded anew each time, ten are said', async () => {
  let count = 0;
  const server = await ollamaServer((response) => response.writeHead(500).end(`{"error":"fault ${++count}"}`));
  const context = fakeContext({ clock: realClock });
  const comments = (await ModelComments.open(context, requestOf({ ollama: server.url })))!;
  for (let look = 1; look <= 12; look++) {
    await until(() => comments.isIdle);
    comments.look([], look, null);
  }
  await until(() => comments.isIdle);
  comments.finish();
  await server.close();
  expect([count, context.said.length]).toEqual([12, 10]);
  expect(context.said.at(-1)).toContain('(it answered 500 and said "fault 10"): rules alone');
});

test('an interrupt ends the wait, and is no fault', async () => {
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await rawServer((socket) => void socket.once('data', () => asked()));
  const context = fakeContext({ clock: realClock });
  const request = requestOf({ ollama: `http://127.0.0.1:${server.port}`, ai: 'always' });
  const comments = (await ModelComments.open(context, request))!;
  const over = comments.comment([], 1, null, async () => {}).next();
  await isAsked;
  context.interrupt();
  expect(await over).toEqual({ value: undefined, done: true });
  await server.close();
  expect(context.said).toEqual([]);
});
