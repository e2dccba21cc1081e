import fs from 'node:fs';
import path from 'node:path';
import { Failure } from '../../../src/core/failure.ts';
import type { AnyRow, RecordTable } from '../../../src/core/record/table.ts';
import { counter } from '../../../src/core/record/tables/counter.ts';
import { dnsServer, neighbor, route } from '../../../src/core/record/tables/network-config.ts';
import type { Host } from '../../../src/core/system/host.ts';
import type { OperatingSystem } from '../../../src/core/system/platform.ts';
import { openLinux } from '../../../src/platform/linux/linux.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openMacos } from '../../../src/platform/macos/macos.ts';
import { checkRow } from '../checks.ts';
import { ROOT } from '../corpus.ts';
import { mutateText } from '../mutate-text.ts';
import type { Prng } from '../prng.ts';
import { type Target, textOf, textPiece } from '../target.ts';

const HOSTS = path.join(ROOT, 'test/hosts');
const MACHINES = ['linux', 'linux-broken', 'macos', 'macos-broken'];

interface Sample {
  readonly machine: number;
  /** From the root of the machine. */
  readonly file: string;
  readonly text: string;
}

/** Machines that are folders, some of whose files are damaged: numbers are the machine and which files the pieces are. */
export const machine: Target = {
  name: 'machine',
  share: 12,
  open() {
    const samples = MACHINES.flatMap((name, index) => filesOf(name, index));
    const words = wordsOf(samples);
    return {
      make(prng) {
        const { machine: number } = prng.of(samples);
        const those = samples.filter((sample) => sample.machine === number);
        const chosen = Array.from({ length: prng.few(4) }, () => prng.of(those));
        return {
          form: 'files',
          numbers: [number],
          pieces: chosen.map((sample) => textPiece(damaged(prng, sample, those, words), samples.indexOf(sample))),
        };
      },
      async run({ numbers, pieces }) {
        const name = MACHINES[numbers[0] ?? 0]!;
        const files = new Map(pieces.map((one) => [samples[one.numbers[0]!]!.file, textOf(one)]));
        const host = withFiles(openHost(path.join(HOSTS, name), realClock), files);
        const options = { root: host.root, netns: null };
        await readAll(name.startsWith('linux') ? openLinux(host, options, realClock) : openMacos(host, options));
      },
    };
  },
};

function filesOf(name: string, machine: number): readonly Sample[] {
  const root = path.join(HOSTS, name);
  const names = fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter(
    (file) =>
      !file.endsWith('.gitkeep') && fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile() === true,
  );
  return files.map((file) => ({ machine, file: `/${file}`, text: fs.readFileSync(path.join(root, file), 'utf8') }));
}

/** One in four is another file of the machine in its place. */
function damaged(prng: Prng, { text }: Sample, those: readonly Sample[], words: readonly string[]): string {
  return mutateText(prng, prng.once(4) ? prng.of(those).text : text, words);
}

function wordsOf(samples: readonly Sample[]): readonly string[] {
  const words = new Set<string>();
  for (const { text } of samples) for (const word of text.split(/\s+/)) if (word.length < 60) words.add(word);
  return [...words];
}

/** A machine some of whose files have another text. */
function withFiles(host: Host, files: ReadonlyMap<string, string>): Host {
  return {
    ...host,
    read: (file) => files.get(file) ?? host.read(file),
    readIfAny: (file) => files.get(file) ?? host.readIfAny(file),
    run: async (file, args) => files.get(`/run/${[file, ...args].join(' ')}`) ?? host.run(file, args),
  };
}

async function readAll(platform: OperatingSystem): Promise<void> {
  await unlessRefused(async () => check(route, (await platform.readRoutes()).rows));
  await unlessRefused(async () => check(dnsServer, (await platform.readDnsServers()).rows));
  await unlessRefused(async () => check(neighbor, (await platform.readNeighbors()).rows));
  await unlessRefused(async () => void (await platform.readTunnels()));
  await unlessRefused(async () => check(counter, (await platform.readCounters()).rows));
  await unlessRefused(async () => void (await platform.readHost()));
  await unlessRefused(async () => void (await platform.readInterfaces()));
  await unlessRefused(async () => {
    const sockets = platform.openSockets({ protocols: null, owners: true, processDetails: true, closed: false });
    try {
      const reading = await sockets.read();
      for (const socket of reading.sockets) {
        reading.ownerOf(socket);
        reading.ifaceOf(socket);
      }
    } finally {
      sockets.close();
    }
  });
}

async function unlessRefused(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

function check(table: RecordTable, rows: Iterable<AnyRow>): void {
  for (const row of rows) checkRow(table, row);
}
