import { expect, test } from 'vitest';
import { headlessContext } from '../../../src/commands/api/headless.ts';
import { OutputClosed } from '../../../src/core/output/sink.ts';

test('another program is no terminal, has no output and keeps its privileges', async () => {
  const said: string[] = [];
  const { signal } = new AbortController();
  const context = headlessContext({ onNotice: (line) => said.push(line) }, signal);
  const { terminal, stdout } = context;
  expect([terminal.stdoutIsTerminal, terminal.stderrIsTerminal, terminal.columns(), terminal.rows()]).toEqual([
    false,
    false,
    80,
    24,
  ]);
  expect(() => stdout.write('x')).toThrow(OutputClosed);
  await expect(stdout.writeBytes(new Uint8Array(1))).rejects.toBeInstanceOf(OutputClosed);
  await stdout.flush();
  context.say('a');
  context.warn('b');
  expect(said).toEqual(['a', 'b']);
  expect([context.isVerbose, context.isPrivileged(), context.signalNumber(), context.signal]).toEqual([
    false,
    false,
    null,
    signal,
  ]);
  expect([context.env, context.program]).toEqual([process.env, [process.execPath]]);
  headlessContext({}, signal).say('to nobody');
});

test('every platform that was opened is closed, once', async () => {
  const context = headlessContext({}, new AbortController().signal);
  let closed = 0;
  for (let n = 0; n < 2; n++) {
    const platform = await context.openPlatform({ root: null, netns: null });
    const { close } = platform;
    platform.close = () => {
      closed++;
      close.call(platform);
    };
  }
  context.closePlatforms();
  context.closePlatforms();
  expect(closed).toBe(2);
});
