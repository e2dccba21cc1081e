import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { replaceFile } from '../../src/platform/files/replace-file.ts';
import { SCALE } from '../support/attack.ts';
import { runInProcess } from '../support/in-process.ts';
import { ROOT } from '../support/program.ts';
import { promised } from './promise.ts';

const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');
const READS = 2000 * SCALE;
const PRECIOUS = 'not to be touched';

/** What writes a file: which does not exist yet, which is replaced, and which is added to. */
const NEW = [
  ['capture', '-r', CAPTURE, '-w'],
  ['export', 'packets', '-r', CAPTURE, '-w'],
  ['export', 'packets', '-r', CAPTURE, '--json', '-w'],
  ['follow', '-r', CAPTURE, '--stream', '0', '-w'],
  ['stats', '-r', CAPTURE, '-o', 'html', '--out'],
];
const PROBE = ['probe', 'tcp://127.0.0.1:9', '-c', '1', '--timeout', '1'];
const REPLACING = [
  ...NEW.map((argv) => [...argv.slice(0, -1), '--force', argv.at(-1)!]),
  [...PROBE, '-o', 'prometheus', '--out'],
  [...PROBE, '-o', 'markdown', '--out'],
  ['export', 'metrics', '--root', path.join(ROOT, 'test/hosts/linux'), '-w'],
];
const APPENDING = [[...PROBE, '--append']];

promised(
  {
    id: 'S3',
    says: 'netwatch always creates an output file as a new one, for its owner alone (0600), and never writes through a link. If the file exists, netwatch refuses (73) unless --force is given; then it replaces the file as a whole, by one rename. A program that reads the file meanwhile sees either the old one or the new one.',
    tested:
      'Links, pipes, folders, hard links and existing files in the place of every output; umask 0; a reader that looks while a report is replaced again and again.',
    notPromised:
      'netwatch says nothing when others may write to the folder. A file of metrics (-o prometheus --out, export metrics -w) is 0644, because node_exporter reads it as another user.',
    skipped: null,
    timeoutMs: 120_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-s3-'));
    const umask = process.umask(0);
    let tried = 0;
    try {
      for (const [index, argv] of [...NEW, ...REPLACING, ...APPENDING].entries()) {
        const isNew = NEW.includes(argv);
        const isAppending = APPENDING.includes(argv);
        const here = path.join(folder, String(index));
        fs.mkdirSync(here);
        const at = (name: string): string => path.join(here, name);
        const write = async (file: string): Promise<number> => {
          tried++;
          return (await runInProcess([...argv, file])).status;
        };
        expect([argv, await write(at('new'))]).toEqual([argv, expect.toSatisfy((status) => status < 64)]);
        const { mode } = fs.statSync(at('new'));
        expect([argv, mode & 0o7777]).toEqual([
          argv,
          argv.includes('prometheus') || argv.includes('metrics') ? 0o644 : 0o600,
        ]);

        fs.writeFileSync(at('precious'), PRECIOUS, { mode: 0o600 });
        fs.symlinkSync(at('precious'), at('link'));
        fs.symlinkSync(at('nowhere'), at('dangling'));
        fs.linkSync(at('precious'), at('second name'));
        expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
        fs.mkdirSync(at('folder'));
        for (const name of ['link', 'dangling', 'second name']) {
          const status = await write(at(name));
          const isReplaced = !isNew && !isAppending;
          expect([argv, name, status < 64]).toEqual([argv, name, isReplaced]);
          if (isReplaced) expect(fs.lstatSync(at(name)).isFile()).toBe(true);
        }
        for (const name of ['pipe', 'folder']) expect([argv, name, await write(at(name))]).toEqual([argv, name, 73]);
        if (isNew) expect(await write(at('precious'))).toBe(73);
        expect([argv, fs.readFileSync(at('precious'), 'utf8')]).toEqual([argv, PRECIOUS]);
        expect([argv, fs.existsSync(at('nowhere'))]).toEqual([argv, false]);
        // nothing beside them is left
        expect(fs.readdirSync(here).filter((name) => name.startsWith('.'))).toEqual([]);
      }
      return `0 of ${tried} writings followed a link or touched what was there; ${await readWhileReplaced(path.join(folder, 'report'))} reads of a file that is replaced: old or new, never half`;
    } finally {
      process.umask(umask);
      fs.rmSync(folder, { recursive: true });
    }
  },
);

async function readWhileReplaced(file: string): Promise<number> {
  const texts = ['a', 'b'].map((letter) => letter.repeat(300_000));
  await replaceFile(file, texts[0]!, 0o600);
  let reads = 0;
  let isOver = false;
  const writing = (async () => {
    for (let count = 1; !isOver; count++) await replaceFile(file, texts[count % 2]!, 0o600);
  })();
  try {
    for (; reads < READS; reads++) {
      const text = await fs.promises.readFile(file, 'utf8');
      if (text !== texts[0] && text !== texts[1]) expect.fail(`half a file of ${text.length} characters`);
    }
  } finally {
    isOver = true;
    await writing;
  }
  return reads;
}
