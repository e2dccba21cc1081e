import { errorLines } from '../../../src/commands/program/error-report.ts';
import { Failure } from '../../../src/core/failure.ts';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { compileThreshold } from '../../../src/core/filter/threshold.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import { parseSort } from '../../../src/core/record/sort.ts';
import type { AnyRow } from '../../../src/core/record/table.ts';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { packet as packetTable } from '../../../src/core/record/tables/packet.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { Corpus } from '../corpus.ts';
import { mutateText } from '../mutate-text.ts';
import { FRAMES, FrameSource, makePackets } from '../packets.ts';
import { Prng } from '../prng.ts';
import { piece, type Target, textOf, textPiece } from '../target.ts';

const FORM = 'text';
const SAMPLES = [
  ...[
    'tcp and port 443 and not ip.dst == 10.0.0.0/8',
    'rtt_ms > 100',
    'process == "curl"',
    'state in {LISTEN, ESTABLISHED}',
    'dns',
    '10.0.0.1',
  ],
  ...[
    'info contains "GET" or payload matches "a+b"',
    'stream 7',
    'tcp.port in {80, 443}',
    'rx_bytes > 1.5MiB && age_s < 2h',
    '!(udp || icmp)',
  ],
  ...[
    'tcp.analysis.retransmission',
    'ip.src == 2001:db8::/32',
    'cmdline matches "(a|b)*c{2,5}[^x]$"',
    'time > 2026-01-02T03:04:05Z',
    'remote_host == null',
  ],
  ...[
    'count(state == CLOSE_WAIT) < 50',
    'all(rx_errors == 0)',
    'any(local_port == 5432) and sum(rx_bytes) > 1GB',
    'avg(rtt_ms) < 10 or max(rtt_ms, proto == tcp) >= 5',
  ],
  ...[
    'loss_pct > 5 or rtt_avg_ms > 100',
    'p95(rtt_ms) < 50 or not p99.9(length, tcp) >= 1',
    'p50(length) < 100 and time > -24h or time in {-1h..+5m, now}',
    'flags contains up',
    'tcp_flags == "SYN"',
    'layers contains tls',
    'GET google',
    'frame.number == 5',
    'host a.example',
  ],
];
const GRAMMAR = [
  ...[
    'and',
    'or',
    'not',
    '!',
    '&&',
    '||',
    '==',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    '=',
    'in',
    'contains',
    'matches',
    '(',
    ')',
    '{',
    '}',
    ',',
    '"',
    "'",
    'null',
    'true',
  ],
  ...[
    'port',
    'stream',
    'ip.src',
    'ip.dst',
    'ip.addr',
    'tcp.port',
    'udp.port',
    'frame.len',
    'count',
    'all',
    'any',
    'sum',
    'min',
    'max',
    'avg',
    'p95',
    'p0.001',
    '-24h',
    '+1e3d',
    'now',
    'host',
    'net',
  ],
  ...[
    '10.0.0.1',
    '10.0.0.0/8',
    '::1',
    'fe80::1%eth0',
    '2001:db8::/129',
    '1ms',
    '5GiB',
    '1e999',
    '0x1f',
    '2026-01-01',
    '"(a+)+$"',
    '"[[:alpha:]]"',
    '"\\\\p{L}{1,999}"',
  ],
  ...REGISTRY.byName.keys(),
  ...ALL_TABLES.flatMap(({ fields, aliases }) => [...Object.keys(fields), ...Object.keys(aliases)]),
];

const present = (): number => 1_767_323_045_678;

/** The filter language: of packets, of records, of expectations and thresholds, and what it says of rows. */
export const filter: Target = {
  name: 'filter',
  share: 400,
  open(corpus) {
    const rows = sampleRows(corpus);
    const source = new FrameSource();
    return {
      make: (prng) => {
        const text = prng.once(6)
          ? Array.from({ length: 1 + prng.below(12) }, () => prng.of(GRAMMAR)).join(' ')
          : mutateText(prng, prng.of(SAMPLES), GRAMMAR);
        return {
          form: FORM,
          numbers: [prng.below(7), prng.below(ALL_TABLES.length)],
          pieces: [textPiece(text), ...(prng.once(8) ? [piece(prng.of(corpus.frames).bytes, 1)] : [])],
        };
      },
      run({ numbers: [what = 0, table = 0], pieces }) {
        const [first, ...frames] = pieces;
        if (first === undefined) return;
        const text = textOf(first);
        try {
          if (what < 2) {
            const { matches } = compilePacketFilter(text, undefined, present);
            const dissector = new Dissector(REGISTRY);
            source.feed({ form: FRAMES, numbers: [], pieces: frames }, (packet) => {
              dissector.dissect(packet);
              matches(packet);
            });
          } else if (what === 2) {
            for (const row of rows) compileFilter(text, packetTable, present).matches(row);
          } else if (what === 3) compileFilter(text, ALL_TABLES[table] ?? conn, present);
          else if (what === 4) {
            const tally = compileExpectation(text, packetTable, present).start();
            for (const row of rows) tally.add(row);
            tally.holds();
            tally.explain();
          } else if (what === 5) compileThreshold(text, probe, present);
          else parseSort(packetTable, text.split(','));
        } catch (error) {
          if (!(error instanceof Failure) || error.exit !== 64) throw error;
          errorLines(error, false);
        }
      },
    };
  },
};

function sampleRows(corpus: Corpus): readonly AnyRow[] {
  const dissector = new Dissector(REGISTRY);
  const packets = new PacketRows();
  const rows: AnyRow[] = [];
  const prng = new Prng(1);
  while (rows.length < 8) {
    new FrameSource().feed(makePackets(prng, corpus), (packet) => {
      dissector.dissect(packet);
      packets.see(packet);
      if (rows.length < 8) rows.push(packets.row(packet));
    });
  }
  return rows;
}
