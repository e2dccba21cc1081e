import { expect, test } from 'vitest';
import type { StreamRow } from '../../../src/core/record/tables/stream.ts';
import { followStored } from '../../../src/core/stream/stored-stream.ts';
import { streamPages } from '../../../src/core/stream/stream-pages.ts';
import { storeOf } from '../../support/filled-store.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const LOOPBACK = 'test/captures/loopback.pcap';

test('every stream is what follow says of it', async () => {
  const store = await storeOf(LOOPBACK);
  const rows = recordsOf<StreamRow>((await netwatch('follow', '-r', LOOPBACK, '--list', '-o', 'ndjson')).out);
  expect(rows).toHaveLength(6);
  for (const { proto, stream, packets, a_addr, a_port, a_bytes, b_bytes, handshake_ms, syn_synack_ms } of rows) {
    const followed = followStored(store, store.lastOf(proto === 'tcp' ? 6 : 17, stream))!;
    const wanted = { proto, stream, packets, a_addr, a_port, a_bytes, b_bytes, handshake_ms, syn_synack_ms };
    expect(followed.row).toMatchObject(wanted);
    expect(followed.isCut).toBe(false);
    const { out } = await netwatch('follow', '-r', LOOPBACK, `--${proto}`, '--stream', String(stream));
    const pages = streamPages(followed.pieces, 'text', 1_000_000);
    const text = pages.lines(0, pages.count).map((line) => `${line.text}\n`);
    expect(text.join('')).toBe(out.replaceAll('\t', '    '));
  }
});

test('of a stream whose beginning is no longer held, the rest is followed, with the sides of the whole', async () => {
  const store = await storeOf(LOOPBACK, { packets: 27, bytes: 64 * 1024 * 1024 });
  expect(store.first).toBe(12);
  const followed = followStored(store, 13)!;
  expect([followed.isCut, followed.row.packets, followed.row.a_port]).toEqual([true, 12, 33_638]);
  const pages = streamPages(followed.pieces, 'text', 80);
  expect(pages.lines(0, 1)).toEqual([{ direction: 0, text: '→ GET /nowhere HTTP/1.1' }]);
  expect(followed.row.b_bytes).toBeGreaterThan(0);
  expect(followStored(store, 8)).toBeNull();
});

test('a page of a dump is what the whole dump has there', async () => {
  const { pieces } = followStored(await storeOf(LOOPBACK), 20)!;
  const pages = streamPages(pieces, 'hex', 80);
  const whole = pages.lines(0, pages.count);
  expect(whole).toHaveLength(pages.count);
  for (let from = 0; from < pages.count; from += 7)
    expect(pages.lines(from, from + 10)).toEqual(whole.slice(from, from + 10));
});

test('lines longer than the screen go on in the next ones', async () => {
  const { pieces } = followStored(await storeOf(LOOPBACK), 8)!;
  const whole = streamPages(pieces, 'text', 1000);
  const narrow = streamPages(pieces, 'text', 10);
  const lines = narrow.lines(0, narrow.count);
  expect(lines.every(({ text }) => text.length <= 10)).toBe(true);
  const joined = lines.reduce((all, { text }) => (text.startsWith('  ') ? all + text.slice(2) : `${all}\n${text}`), '');
  expect(joined.slice(1).split('\n')).toEqual(whole.lines(0, whole.count).map(({ text }) => text));
});
