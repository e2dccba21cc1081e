import { expect, test } from 'vitest';
import { openPacketList, openPacketPrinter } from '../../../src/commands/capture/packet-list.ts';
import { openPalette } from '../../../src/core/output/palette.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { packet } from '../../../src/core/record/tables/packet.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

async function listed(rows: readonly object[], fields: readonly string[], header = false): Promise<string[]> {
  const sink = openMemorySink();
  const palette = { ...(await openPalette(0)), tone: (tone: string | null, text: string) => `${tone}|${text}` };
  const list = openPacketList(sink, {
    header,
    palette,
    numerals: plainNumerals,
    terminalColumns: () => null,
    onHidden: () => {},
  });
  expect([list.mixesTypes, list.ownsTerminal]).toEqual([false, false]);
  await list.write({
    table: packet,
    fields,
    rows: rows.map((one) => ({ severity: null, expert: [], number: 1, ...one })),
  });
  await list.end();
  return sink.text().trimEnd().split('\n');
}

test('numbers are as tshark writes them, with all their digits', async () => {
  const fields = ['number', 'rel_s', 'delta_s', 'length', 'captured', 'payload_bytes', 'src_port', 'proto', 'info'];
  const known = {
    number: 1_234_567,
    rel_s: 1.5,
    delta_s: 0,
    length: 1514,
    captured: 1500,
    payload_bytes: 1448,
    src_port: 443,
    proto: 'TCP',
    info: 'x',
  };
  const unknown = { ...known, number: 1, rel_s: null, delta_s: null, payload_bytes: null, src_port: null };
  const [header, ...lines] = await listed([known, unknown], fields, true);
  expect(header!.trim().split(/ +/)).toHaveLength(fields.length);
  expect(lines).toEqual([
    'null|  1234567    1.500000 0.000000   1514     1500          1448      443 TCP      x',
    'null|        1           -        -   1514     1500             -        - TCP      x',
  ]);
});

test.each([
  [null, ' '],
  ['chat', ' '],
  ['note', '·'],
  ['warn', '▲'],
  ['error', '●'],
])('a packet of severity %s is marked "%s"', async (severity, mark) => {
  expect(await listed([{ severity }], ['number'])).toEqual([`null|${mark}      1`]);
});

test.each<[string[], string | null]>([
  [[], null],
  [['tcp.connection.rst'], 'bad'],
  [['dns.nxdomain'], 'bad'],
  [['tcp.analysis.zero_window'], 'notice'],
  [['icmp.unreachable'], 'notice'],
  [['http.response.client_error'], 'notice'],
  [['http.response.server_error'], 'notice'],
  [['tcp.connection.fin'], 'busy'],
  [['tcp.connection.fin', 'tcp.connection.rst'], 'bad'],
  [['something.else'], null],
])('%j is coloured %s', async (expert, tone) => {
  expect(await listed([{ expert }], ['number'])).toEqual([`${tone}|       1`]);
});

test('packets as text stand apart by an empty line, over several writes', async () => {
  const sink = openMemorySink();
  const printer = openPacketPrinter(sink);
  expect([printer.mixesTypes, printer.ownsTerminal]).toEqual([false, false]);
  await printer.write({ table: packet, fields: [], rows: [{ printed: 'a\n' }, { printed: 'b\n' }] });
  await printer.endSnapshot();
  await printer.write({ table: packet, fields: [], rows: [{ printed: 'c\n' }] });
  await printer.end();
  expect(sink.text()).toBe('a\n\nb\n\nc\n');
});
