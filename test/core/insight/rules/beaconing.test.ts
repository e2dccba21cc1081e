import { expect, test } from 'vitest';
import { udpFrame } from '../../../support/frames.ts';
import { findingsOf } from '../../../support/insights.ts';
import { attempts } from '../../../support/tcp-attempts.ts';

const SERVER = [93, 184, 216, 34];

/** Calls of one client, when they begin in seconds. */
const calls = (starts: readonly number[], server: readonly number[] = SERVER, port = 443) =>
  attempts(starts.length, (index) => ({ at: 1000 * starts[index]!, clientPort: 1024 + index, server, port }));
/** Every minute, off by so many seconds in turn to one side and the other. */
const everyMinute = (count: number, off = 0) =>
  Array.from({ length: count }, (_, index) => 60 * index + (index % 2 === 0 ? 0 : off));

test('a client that calls a server in the Internet every minute', async () => {
  expect(await findingsOf('beaconing', calls(everyMinute(8, 1)))).toEqual([
    {
      time: '2025-01-01T00:07:01.002000Z',
      rule: 'beaconing',
      severity: 'warn',
      confidence: 'low',
      summary: '10.0.0.1 called 93.184.216.34:443/tcp 8 times, every 1m01s with 0 % jitter, always about 162 bytes',
      evidence: [0, 1, 2, 3, 4].map(
        (index) =>
          `conversation proto=tcp stream=${index} first=2025-01-01T00:0${index}:0${index % 2}.000000Z bytes=162`,
      ),
      since: '2025-01-01T00:00:00.000000Z',
      advice: 'Find the process on the client that makes these connections, and who the server belongs to.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
});

test('seven calls are too few', async () => {
  expect(await findingsOf('beaconing', calls(everyMinute(7)))).toEqual([]);
  expect(await findingsOf('beaconing', calls(everyMinute(7)), ['beaconing.connections=7'])).toHaveLength(1);
});

test('calls in no rhythm are none', async () => {
  const starts = [0, 3, 60, 80, 200, 215, 300, 420, 430, 600];
  expect(await findingsOf('beaconing', calls(starts))).toEqual([]);
});

test('the jitter decides', async () => {
  // gaps of 56, 60 and 64 s: the median absolute deviation is 4 s, 9.9 % of a normal distribution
  const gaps = (off: number) => [0, -off, off, 0, -off, off, 0, -off, off].map((by) => 60 + by);
  const starts = (off: number) => {
    let at = 0;
    return [
      0,
      ...gaps(off).map((gap) => {
        at += gap;
        return at;
      }),
    ];
  };
  expect(await findingsOf('beaconing', calls(starts(4)))).toMatchObject([
    { summary: expect.stringContaining('every 1m00s with 9.9 % jitter') },
  ]);
  expect(await findingsOf('beaconing', calls(starts(4.1)))).toEqual([]);
});

test('what comes every few seconds is work', async () => {
  const every = (seconds: number) => Array.from({ length: 10 }, (_, index) => seconds * index);
  expect(await findingsOf('beaconing', calls(every(5)))).toHaveLength(1);
  expect(await findingsOf('beaconing', calls(every(4.999)))).toEqual([]);
});

test('inside one network, and of different sizes, it is a note', async () => {
  expect(await findingsOf('beaconing', calls(everyMinute(10), [10, 0, 0, 2]))).toMatchObject([
    { severity: 'note', confidence: 'low' },
  ]);
  const sizes = everyMinute(10).map((second, index) => ({
    bytes: udpFrame({ to: SERVER, srcPort: 1024 + index, dstPort: 7777 }, new Array(50 * (index + 1)).fill(0)),
    milliseconds: 1000 * second,
  }));
  expect(await findingsOf('beaconing', sizes)).toMatchObject([
    {
      severity: 'note',
      summary: '10.0.0.1 called 93.184.216.34:7777/udp 10 times, every 1m00s with 0 % jitter, of different sizes',
    },
  ]);
});

test('time, names, announcements and groups are regular by nature', async () => {
  const datagrams = (to: readonly number[], port: number) =>
    everyMinute(20).map((second, index) => ({
      bytes: udpFrame({ to, srcPort: 1024 + index, dstPort: port }, [1, 2, 3]),
      milliseconds: 1000 * second,
    }));
  expect(await findingsOf('beaconing', datagrams(SERVER, 7777))).toMatchObject([{ confidence: 'medium' }]);
  for (const port of [53, 67, 123, 161, 514, 1900, 5353]) {
    expect(await findingsOf('beaconing', datagrams(SERVER, port))).toEqual([]);
  }
  expect(await findingsOf('beaconing', datagrams([239, 1, 2, 3], 7777))).toEqual([]);
});
