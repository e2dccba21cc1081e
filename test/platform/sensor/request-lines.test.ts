import { expect, test } from 'vitest';
import { followLine, RECOUNT_LINE, RequestLines, refilterLine } from '../../../src/platform/sensor/request-lines.ts';

/** What is asked by these bytes, given in pieces of a size. */
function askedBy(bytes: Uint8Array, size: number): readonly string[] {
  const asked: string[] = [];
  const lines = new RequestLines({
    sync: () => asked.push('sync'),
    recount: () => asked.push('recount'),
    refilter: (bpf) => asked.push(`filter ${bpf}`),
    follow: (index) => asked.push(`follow ${index}`),
  });
  for (let at = 0; at < bytes.length; at += size) lines.take(bytes.subarray(at, at + size));
  return asked;
}

test('requests are the same in whatever pieces they come', () => {
  const filters = ['tcp', '', 'host "ü"\n or port 1'];
  const bytes = Buffer.from(`\n${filters.map(refilterLine).join('\n')}${followLine(12)}${RECOUNT_LINE}`);
  const wanted = [
    'sync',
    `filter ${filters[0]}`,
    'sync',
    'filter ',
    'sync',
    `filter ${filters[2]}`,
    'follow 12',
    'recount',
  ];
  for (let size = 1; size <= bytes.length; size++) expect(askedBy(bytes, size)).toEqual(wanted);
});
