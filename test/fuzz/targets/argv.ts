import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { readArguments } from '../../../src/commands/arguments/arguments.ts';
import { exportMetrics } from '../../../src/commands/export/export-metrics.ts';
import { metricsRequestOf } from '../../../src/commands/export/metrics/metrics-request.ts';
import { errorLines } from '../../../src/commands/program/error-report.ts';
import { run as runProgram } from '../../../src/commands/program/program.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import type { PlatformOptions } from '../../../src/core/system/platform.ts';
import { openPlatform } from '../../../src/platform/index.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { Blocks, COMMENT, pcap, text } from '../../support/captures.ts';
import { type FakeContext, fakeContext } from '../../support/fake-context.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { makeWords } from '../argv-words.ts';
import { checkNdjson, checkShown, unpainted } from '../checks.ts';
import { type Corpus, ROOT } from '../corpus.ts';
import { Broken } from '../finding.ts';
import { type Target, textOf, textPiece } from '../target.ts';

/** Exit statuses of the contract, and of signals. */
const STATUSES: ReadonlySet<number> = new Set([0, 1, 3, 64, 65, 66, 68, 69, 73, 74, 75, 77, 78, 129, 130, 143]);
/** What a Parquet file begins and ends with. */
const PARQUET = 'PAR1';
/** Looks at the clock after which a run that goes on is interrupted. */
const MOST_SLEEPS = 20;
/** What asks servers, or is one: only its words are read. */
const SERVED = ['probe', 'export metrics'];

/** Command lines, each a run of the program in this process, in a folder with captures, records and machines. */
export const argv: Target = {
  name: 'argv',
  share: 12,
  open(corpus) {
    const folder = new SampleFolder(corpus);
    return {
      make: (prng) => ({
        form: 'words',
        numbers: [],
        pieces: makeWords(prng, prng.of(COMMANDS)).map((word) => textPiece(word)),
      }),
      async run({ pieces }) {
        const words = pieces.map(textOf);
        folder.restore();
        const served = COMMANDS.find(
          ({ name }) => SERVED.includes(name) && name.split(' ').every((word) => words.includes(word)),
        );
        if (served === undefined) return check(words, ...(await ran(words)));
        const named = served.name.split(' ');
        const rest = words.filter((word) => !named.includes(word));
        try {
          const { values } = readArguments(served, true, rest, null);
          if (served === exportMetrics) metricsRequestOf(values as never);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
        }
      },
    };
  },
};

/** Nothing of this machine is captured, watched or given up. */
async function openHarmless(options: PlatformOptions): ReturnType<typeof openPlatform> {
  if (options.root !== null) return openPlatform({ ...options, netns: null }, realClock);
  return {
    ...fakePlatform([
      readingOf([
        socketOf(),
        socketOf({ key: 2, state: 'LISTEN', local_port: 5432, remote_addr: null, remote_port: null }),
      ]),
    ]),
    findSensorNode: () => {
      throw new Failure(EXIT.unavailable, 'nothing is captured here');
    },
  };
}

async function ran(
  words: readonly string[],
): Promise<readonly [status: number, context: FakeContext, said: readonly string[]]> {
  let sleeps = 0;
  const world = fakeContext({
    onSleep: (_at, context) => {
      if (++sleeps > MOST_SLEEPS) context.interrupt();
    },
  });
  const context = { ...world, openPlatform: openHarmless };
  try {
    return [await runProgram(context, words), world, world.said];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.exit, world, [...world.said, ...errorLines(error, false)]];
  }
}

function check(words: readonly string[], status: number, { out }: FakeContext, said: readonly string[]): void {
  const printed = out();
  if (!STATUSES.has(status)) throw new Broken(`status ${status} is none of the contract`);
  if (said.some((line) => /internal error|^\s+at .*:\d+:\d+|this is a bug|bug in netwatch/.test(line)))
    throw new Broken(`said: ${said.join(' | ')}`);
  if (status === EXIT.usage && said.length === 0) throw new Broken('status 64 without a word');
  if (printed === '' && said.length === 0 && status === EXIT.ok && !words.some(isQuiet))
    throw new Broken('an empty answer without its reason');
  if (words.some((word) => word.includes('raw') || /^-\w*w|^--wr/.test(word))) return;
  // bytes for a pipe, which `-o parquet` gives without a file
  if (printed.startsWith(PARQUET)) {
    if (!printed.endsWith(PARQUET)) throw new Broken('a Parquet file without its end');
    return;
  }
  checkShown(unpainted(printed), 'stdout', true);
  if (printed.startsWith('{"type":') && !words.some((word) => word === 'schema' || word === 'snapshot'))
    checkNdjson(printed, false);
}

/** Options that ask for less than all. */
const isQuiet = (word: string): boolean => /^-\w*q|^--quiet|^--limit|^--no-h|^--config|^-\w*w|^--wr|^--app/.test(word);

/** The files that words of a command line may name, in the folder where the fuzzer is. */
class SampleFolder {
  private readonly files = new Map<string, Uint8Array>();

  constructor({ frames, conversations }: Corpus) {
    const some = [...frames.slice(0, 20), ...frames.slice(-20)]
      .filter(({ linkType }) => linkType === 1)
      .map(({ bytes }) => bytes);
    const blocks = new Blocks(true);
    const capture = pcap(some.map((bytes, index) => ({ bytes, seconds: 1_735_689_600 + index, fraction: 1000 })));
    const options = [{ code: COMMENT, value: text('\u001b[31mcomment\n') }];
    const name = [{ code: 2, value: text('eth0') }];
    const pcapng = [
      blocks.section(),
      blocks.iface({ options: name }),
      ...some.map((bytes, low) => blocks.packet(bytes, { high: 400_000, low, options })),
    ];
    const record = {
      type: 'conn',
      time: '2026-01-02T03:04:05.000Z',
      proto: 'tcp',
      state: 'ESTABLISHED',
      local_port: 1,
      rx_bytes: 5,
      process: '\u001b[31m',
    };
    this.files.set('a.pcap', capture);
    this.files.set('b.pcapng', Uint8Array.from(Buffer.concat(pcapng)));
    this.files.set('c.pcap.gz', Uint8Array.from(zlib.gzipSync(capture)));
    this.files.set('torn.pcap', capture.slice(0, capture.length - 7));
    this.files.set('text.txt', conversations[0]!.turns[0]!.bytes);
    this.files.set('empty', new Uint8Array(0));
    this.files.set(
      'records.ndjson',
      Uint8Array.from(Buffer.from(`${JSON.stringify(record)}\n{"type":"gap"}\nno record\n`)),
    );
    this.files.set('config.json', Uint8Array.from(Buffer.from('{"limit": 3, "conns": {"sort": "state"}}')));
    // links of a machine lead out of the folder
    const filter = (source: string): boolean => !fs.lstatSync(source).isSymbolicLink();
    for (const machine of ['linux', 'linux-broken', 'macos', 'macos-broken']) {
      fs.cpSync(path.join(ROOT, 'test/hosts', machine), machine, { recursive: true, filter });
    }
  }

  /** As it was before the runs that wrote something here. */
  restore(): void {
    for (const name of fs.readdirSync('.')) {
      if (!this.files.has(name) && !/^(?:linux|macos)/.test(name)) fs.rmSync(name, { recursive: true, force: true });
    }
    fs.mkdirSync('folder');
    for (const [name, bytes] of this.files) {
      const stat = fs.statSync(name, { throwIfNoEntry: false });
      if (stat?.size !== bytes.length || !stat.isFile()) {
        fs.rmSync(name, { recursive: true, force: true });
        fs.writeFileSync(name, bytes);
      }
    }
  }
}
