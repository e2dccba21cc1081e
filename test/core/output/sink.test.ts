import { expect, test } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { type FailedWrite, OutputClosed, openSink, type TextStream } from '../../../src/core/output/sink.ts';

/** What a sink gathers before it writes. */
const GATHERED = 64 * 1024;

/** A stream that keeps what it is given, as the bytes are when it would send them: at the end. */
function openStream() {
  const given: Uint8Array[] = [];
  const drains = new Set<() => void>();
  let onError: (error: FailedWrite) => void = () => {};
  const control = { isBehind: false, flushError: null as Error | null, failsWith: null as FailedWrite | null };
  const stream: TextStream = {
    write(bytes, done) {
      if (bytes.length > 0) given.push(bytes);
      if (control.failsWith !== null) onError(control.failsWith);
      done?.(control.flushError);
      return !control.isBehind;
    },
    once: (_event, listener) => drains.add(listener),
    on(_event, listener) {
      onError = listener;
    },
    off: (_event, listener) => drains.delete(listener),
  };
  return {
    stream,
    control,
    texts: () => given.map((one) => Buffer.from(one).toString()),
    waiting: () => drains.size,
    drain() {
      for (const listener of [...drains]) listener();
    },
    fail: (code: string, more: Partial<FailedWrite> = {}) => onError(errorOf(code, more)),
  };
}

const errorOf = (code: string, more: Partial<FailedWrite> = {}): FailedWrite =>
  Object.assign(new Error('no space left'), { code }, more);

const thrownBy = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return 'nothing';
};

test('texts are gathered until they are flushed, and each buffer is written once', async () => {
  const { stream, texts } = openStream();
  const sink = openSink(stream);
  expect(sink.write('one ')).toBeUndefined();
  expect(sink.write('zwölf\n')).toBeUndefined();
  expect(texts()).toEqual([]);
  await sink.flush();
  await sink.flush();
  expect(sink.write('next')).toBeUndefined();
  await sink.flush();
  expect(texts()).toEqual(['one zwölf\n', 'next']);
});

test('what might not fit is written first; what never fits goes on at once', () => {
  const third = Math.floor(GATHERED / 3);
  const { stream, texts } = openStream();
  const sink = openSink(stream);
  sink.write('a'.repeat(third));
  expect(texts()).toEqual([]);
  // there is room for as many characters as a third of what is left
  const fits = Math.floor((GATHERED - third) / 3);
  sink.write('€'.repeat(fits));
  expect(texts()).toEqual([]);
  sink.write('b'.repeat(third));
  expect(texts()).toEqual(['a'.repeat(third) + '€'.repeat(fits)]);
  sink.write('c'.repeat(third + 1));
  expect(texts().slice(1)).toEqual(['b'.repeat(third), 'c'.repeat(third + 1)]);
});

test('a byte more than there is room for is not gathered', () => {
  const rest = 'y'.repeat(Math.floor((GATHERED - 1) / 3));
  for (const [head, written] of [
    ['x', []],
    ['xx', ['xx']],
  ] as const) {
    const { stream, texts } = openStream();
    const sink = openSink(stream);
    sink.write(head);
    sink.write(rest);
    expect(texts()).toEqual(written);
  }
});

test('bytes come after what was gathered, as they are', async () => {
  const { stream, texts } = openStream();
  const sink = openSink(stream);
  sink.write('head ');
  expect(sink.writeBytes(Buffer.from('body'))).toBeUndefined();
  expect(texts()).toEqual(['head ', 'body']);
});

test('lines that are bytes come after what was gathered, and are handed on at once', () => {
  const { stream, texts } = openStream();
  const sink = openSink(stream);
  sink.write('head\n');
  expect(sink.writeLines!(Buffer.from('body\n'))).toBeUndefined();
  expect(texts()).toEqual(['head\n', 'body\n']);
});

test('memory is used again where the stream holds nothing of it, and nowhere else', () => {
  const memoryOf = (writableLength: number | undefined): boolean => {
    const { stream } = openStream();
    const given: ArrayBufferLike[] = [];
    const write: TextStream['write'] = (bytes) => {
      given.push(bytes.buffer);
      return true;
    };
    const sink = openSink({ ...stream, write, ...(writableLength === undefined ? {} : { writableLength }) });
    for (let i = 0; i < 2; i++) {
      sink.write('gathered\n');
      sink.writeBytes(Buffer.from('x'));
    }
    expect(sink.isIdle!()).toBe(writableLength === 0);
    return given[0] === given[2];
  };
  expect([memoryOf(0), memoryOf(1), memoryOf(undefined)]).toEqual([true, false, false]);
});

test('a reader that is behind is waited for', async () => {
  const { stream, control, waiting, drain } = openStream();
  const sink = openSink(stream);
  control.isBehind = true;
  let over = false;
  const wait = sink.writeBytes(Buffer.from('x'))!.then(() => {
    over = true;
  });
  expect([waiting(), over]).toEqual([1, false]);
  drain();
  await wait;
  expect([waiting(), over]).toEqual([0, true]);
  sink.write('y'.repeat(10));
  const big = sink.write('z'.repeat(GATHERED));
  expect(waiting()).toBe(2);
  drain();
  await big;
});

test('what is gathered waits for the reader that the bytes before it were too much for', async () => {
  const { stream, control, drain, waiting } = openStream();
  const sink = openSink(stream);
  const third = Math.floor(GATHERED / 3);
  sink.write('a'.repeat(third));
  sink.write('b'.repeat(third));
  control.isBehind = true;
  const wait = sink.write('c'.repeat(third));
  expect(wait).toBeInstanceOf(Promise);
  expect(waiting()).toBe(1);
  drain();
  await wait;
});

test.each(['EPIPE', 'ECONNRESET'])('%s is a reader that went away', async (code) => {
  const { stream, fail } = openStream();
  const sink = openSink(stream);
  sink.write('x');
  fail(code);
  expect(thrownBy(() => sink.writeBytes(Buffer.from('y')))).toBeInstanceOf(OutputClosed);
  await expect(sink.flush()).rejects.toBeInstanceOf(OutputClosed);
});

test('an error wakes who waits for the reader', async () => {
  const { stream, control, fail, waiting } = openStream();
  const sink = openSink(stream);
  control.isBehind = true;
  const wait = sink.writeBytes(Buffer.from('x'))!;
  fail('ENOSPC');
  await expect(wait).rejects.toMatchObject({ exit: 74, message: 'cannot write the output: no space left' });
  expect(waiting()).toBe(0);
  // a second error finds nobody
  fail('ENOSPC');
});

test('an error of the write itself is thrown by it', () => {
  const { stream, control } = openStream();
  const sink = openSink(stream);
  control.failsWith = errorOf('ENOSPC');
  expect(thrownBy(() => sink.writeBytes(Buffer.from('x')))).toMatchObject({ exit: 74 });
});

test.each([
  [{ bytes: 10, lines: 1, isTorn: false }, '1 whole line', '10 bytes'],
  [{ bytes: 1, lines: 2, isTorn: true }, '2 whole lines and the beginning of another', '1 byte'],
])('what was written before the error is said: %j', (taken, ofText, ofBytes) => {
  const { stream, fail } = openStream();
  const sink = openSink(stream);
  fail('ENOSPC', { taken });
  sink.write('x');
  expect(thrownBy(() => sink.writeBytes(Buffer.from('x')))).toMatchObject({
    message: `cannot write the output: no space left; what was written: ${ofText}`,
  });
  const other = openStream();
  const binary = openSink(other.stream);
  binary.writeBytes(Buffer.from('x'));
  other.fail('ENOSPC', { taken });
  expect(thrownBy(() => binary.writeBytes(Buffer.from('x')))).toMatchObject({
    message: `cannot write the output: no space left; what was written: ${ofBytes}`,
  });
});

test('an error that only the flush is told', async () => {
  const { stream, control } = openStream();
  const sink = openSink(stream);
  control.flushError = errorOf('EPIPE');
  await expect(sink.flush()).rejects.toBeInstanceOf(OutputClosed);
  control.flushError = errorOf('EIO');
  await expect(sink.flush()).rejects.toMatchObject({ exit: 74 } satisfies Partial<Failure>);
  control.flushError = null;
  await sink.flush();
  control.failsWith = errorOf('EPIPE');
  await expect(sink.flush()).rejects.toBeInstanceOf(OutputClosed);
});
