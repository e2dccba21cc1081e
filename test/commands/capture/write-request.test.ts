import { expect, test } from 'vitest';
import { keptAndLost } from '../../../src/commands/capture/kept-and-lost.ts';
import { writeRequestOf } from '../../../src/commands/capture/write-request.ts';

const chosen = { packets: { from: 'file' } as never, filter: 'tcp', process: 'curl', most: 5, redaction: null };
const request = (values: object) =>
  writeRequestOf({ write: 'f', as: null, force: false, 'discard-secrets': false, ...values }, chosen);
const PLAIN = {
  ...chosen,
  write: 'f',
  as: null,
  force: false,
  annotate: false,
  packetBuffered: false,
  discardsSecrets: false,
  rotation: null,
};

test.each([
  [{}, {}],
  [{ 'discard-secrets': true }, { discardsSecrets: true }],
  [
    { annotate: true, 'packet-buffered': true, force: true, as: 'pcap' },
    { annotate: true, packetBuffered: true, force: true, as: 'pcap' },
  ],
  [{ annotate: false, 'packet-buffered': false }, {}],
  [{ 'rotate-size': 5 }, { rotation: { bytes: 5, seconds: null, keep: null, packs: false } }],
  [{ 'rotate-time': 1500, 'rotate-keep': 2 }, { rotation: { bytes: null, seconds: 1.5, keep: 2, packs: false } }],
  [
    { write: 'f.gz', 'rotate-size': 5 },
    { write: 'f.gz', rotation: { bytes: 5, seconds: null, keep: null, packs: true } },
  ],
  [{ write: '-' }, { write: '-' }],
])('%j', (values, given) => {
  expect(request(values)).toEqual({ ...PLAIN, ...given });
});

test.each([
  [{ 'rotate-keep': 2 }, '--rotate-keep needs --rotate-size or --rotate-time'],
  [{ write: '-', 'rotate-size': 5 }, 'stdout cannot rotate'],
  [{ write: '-', 'rotate-time': 5 }, 'stdout cannot rotate'],
])('%j is refused', (values, message) => {
  expect(() => request(values)).toThrow(expect.objectContaining({ exit: 64, message }));
});

test('how many packets were kept and lost is said, also where only the least is known', () => {
  expect([keptAndLost(1, 2), keptAndLost(2, 0, true)]).toEqual([
    '1 packet kept, 2 lost',
    'at least 2 packets kept, at most 0 lost',
  ]);
});
