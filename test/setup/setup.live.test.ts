import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Checkout, type Ended, FAKE_INSTALLATION, openCheckout } from '../support/checkout.ts';

const IS_ROOT = process.getuid?.() === 0;
const HAS_HEADERS = 'exit 0';
const INSTALL = 'apt-get install -y --no-install-recommends libpcap-dev g++ make python3';
const NPM_CI = 'npm ci --include=dev --include=optional --no-audit --no-fund --loglevel=error';

let checkout: Checkout;
beforeEach(() => {
  checkout = openCheckout();
});
afterEach(() => checkout.remove());

const setUp = (as?: 'root' | 'nobody'): Promise<Ended> => checkout.start(['setup.js'], as).ended;
const silent: Ended = { status: 0, stdout: '', stderr: '' };

describe('a fresh checkout', () => {
  test('is set up, and is left alone from then on', async () => {
    const first = await setUp();
    expect(first).toMatchObject({ status: 0, stdout: '' });
    expect(first.stderr).toContain('npm ci\nnoise\n');
    expect(checkout.calls()).toEqual([NPM_CI]);

    expect(await setUp()).toEqual(silent);
    expect(checkout.calls()).toEqual([]);
    expect(fs.existsSync(checkout.at('.setup-lock'))).toBe(false);
    expect(await checkout.start(['bin/netwatch.js', 'a', 'b']).ended).toEqual({ ...silent, status: 2 });
  });

  test('that is not set up says how', async () => {
    const stderr = 'netwatch is not built: run npm start once\n';
    expect(await checkout.start(['bin/netwatch.js']).ended).toEqual({ status: 70, stdout: '', stderr });
  });

  test('is set up once by two at once', async () => {
    checkout.tool(
      'npm',
      `sleep 0.5
${FAKE_INSTALLATION}`,
    );
    const both = await Promise.all([setUp(), setUp()]);
    expect(both.map((one) => one.status)).toEqual([0, 0]);
    expect(both.filter((one) => one.stderr.includes('another set-up is running'))).toHaveLength(1);
    expect(checkout.calls()).toEqual([NPM_CI]);
  });

  test('stays unlocked when npm fails or is interrupted', async () => {
    checkout.tool('npm', 'exit 7');
    const failed = await setUp();
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('npm ci failed');
    expect(checkout.calls()).toEqual([NPM_CI]);

    checkout.tool('npm', "trap 'kill $!; exit 1' TERM\nsleep 10 & wait");
    const { child, ended } = checkout.start(['setup.js']);
    while (checkout.calls().length === 0) await sleep(20);
    child.kill('SIGTERM');
    expect((await ended).status).toBe(null);
    expect(child.signalCode).toBe('SIGTERM');
    expect(fs.existsSync(checkout.at('.setup-lock'))).toBe(false);
  });

  test('takes over the lock of a set-up that was killed', async () => {
    fs.mkdirSync(checkout.at('.setup-lock'));
    fs.utimesSync(checkout.at('.setup-lock'), 0, 0);
    expect((await setUp()).status).toBe(0);
  });

  test('refuses an old node', async () => {
    const older = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.18.3" })';
    const { status, stderr } = await checkout.start(['--import', older, 'setup.js']).ended;
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'netwatch set-up: node 20.18.3 is too old: 20.19 or newer is needed\n',
    });
  });
});

describe('code that V8 compiled', () => {
  const keptCode = (): string => {
    const [name] = fs.readdirSync(checkout.at('dist')).filter((one) => one.endsWith('.code'));
    return checkout.at(`dist/${name}`);
  };
  /** Whether a start takes it, and what the program ends with. */
  const start = async (): Promise<readonly [string, number | null]> => {
    const asked = await checkout.start(['-p', 'require("./dist/main.cjs").usesKeptCode()']).ended;
    const run = await checkout.start(['bin/netwatch.js', 'a', 'b']).ended;
    return [asked.stdout + asked.stderr, run.status];
  };
  beforeEach(async () => {
    await setUp();
  });

  test('is kept at set-up, and taken by each start', async () => {
    expect(path.basename(keptCode())).toContain(process.version);
    expect(await start()).toEqual(['true\n', 2]);
  });

  test('is made anew when it has gone, as for another node', async () => {
    const kept = keptCode();
    fs.rmSync(kept);
    expect(await start()).toEqual(['false\n', 2]);
    expect(await setUp()).toEqual(silent);
    expect(keptCode()).toBe(kept);
    expect(await start()).toEqual(['true\n', 2]);
  });

  test('does no harm when it is damaged, at whichever byte, or cut off', async () => {
    const sound = fs.readFileSync(keptCode());
    for (const at of [0, 16, 40, sound.length >> 1, sound.length - 1]) {
      const damaged = Buffer.from(sound);
      damaged[at]! ^= 0x55;
      fs.writeFileSync(keptCode(), damaged);
      expect(await start()).toEqual(['false\n', 2]);
    }
    for (const length of [0, 3, 100, sound.length - 1]) {
      fs.writeFileSync(keptCode(), sound.subarray(0, length));
      expect(await start()).toEqual(['false\n', 2]);
    }
  });

  test("of another script, in this one's place, does no harm", async () => {
    const sound = fs.readFileSync(keptCode());
    checkout.write('src/commands/program/main.ts', 'export const main = async (argv: string[]) => 1 + argv.length;\n');
    await setUp();
    for (const name of fs.readdirSync(checkout.at('dist')).filter((one) => one.endsWith('.code')))
      fs.writeFileSync(checkout.at(`dist/${name}`), sound);
    expect((await start())[1]).toBe(3);
  });

  test('that others may write is not taken', async () => {
    fs.chmodSync(keptCode(), 0o664);
    expect(await start()).toEqual(['false\n', 2]);
  });

  test.skipIf(!IS_ROOT)("nor is another user's, not even by root", async () => {
    fs.chownSync(keptCode(), 12_345, 12_345);
    expect(await start()).toEqual(['false\n', 2]);
    const asked = await checkout.start(['-p', 'require("./dist/main.cjs").usesKeptCode()'], 'root').ended;
    expect(asked.stdout).toBe('false\n');
  });

  test('a start keeps none, and needs none', async () => {
    fs.rmSync(keptCode());
    const names = fs.readdirSync(checkout.at('dist'));
    await start();
    expect(fs.readdirSync(checkout.at('dist'))).toEqual(names);
  });
});

describe('what live capture needs', () => {
  test('an ordinary user is told the line to run, once, and goes on', async () => {
    const { status, stderr } = await setUp();
    expect(status).toBe(0);
    expect(stderr).toContain(`Run once: sudo ${INSTALL}\n`);
    expect(await setUp()).toEqual(silent);
  });

  test('without a package manager that is known, it is named', async () => {
    fs.rmSync(checkout.at('tools/apt-get'));
    const { status, stderr } = await setUp();
    expect(status).toBe(0);
    expect(stderr).toContain('live capture needs the libpcap headers, a C++ compiler, make and python3');
  });

  test.skipIf(!IS_ROOT)('root installs it, with fresh lists when the first attempt fails', async () => {
    checkout.tool('apt-get', 'test "$1" = update && touch lists\ntest -e lists');
    checkout.tool('chown', '');
    expect((await setUp('root')).status).toBe(0);
    const { uid, gid } = fs.statSync(checkout.folder);
    expect(checkout.calls()).toEqual([
      INSTALL,
      'apt-get update',
      INSTALL,
      NPM_CI,
      `chown -hR ${uid}:${gid} node_modules dist`,
    ]);
  });

  test('pcap is added when the headers have come', async () => {
    await setUp();
    checkout.calls();
    checkout.tool('c++', HAS_HEADERS);
    const { status, stderr } = await setUp();
    expect(status).toBe(0);
    expect(checkout.calls()).toEqual([NPM_CI.replace('ci', 'install --no-save --fetch-retries=0')]);
    expect(stderr).toContain('pcap did not build, so live capture is off.');
    expect(await setUp()).toEqual(silent);
  });

  test('pcap that was built for another node is built again', async () => {
    await setUp();
    checkout.calls();
    checkout.tool('c++', HAS_HEADERS);
    checkout.write('node_modules/pcap/build/config.gypi', '"node_module_version": 1');
    checkout.write('node_modules/pcap/build/Release/pcap_binding.node', '');
    await setUp();
    expect(checkout.calls()).toEqual([NPM_CI.replace('ci', 'rebuild pcap')]);
  });
});

describe('a change', () => {
  beforeEach(async () => {
    await setUp();
    checkout.calls();
  });

  test('in the source is built, a newer date alone is not', async () => {
    fs.utimesSync(checkout.at('src/commands/program/main.ts'), new Date(), new Date());
    expect(await setUp()).toEqual(silent);
    checkout.write('src/commands/program/main.ts', 'export const main = async () => 9;\n');
    expect((await setUp()).stderr).toBe('netwatch set-up: building\n');
    expect((await checkout.start(['bin/netwatch.js']).ended).status).toBe(9);
  });

  test('that does not build leaves the program as it was', async () => {
    checkout.write('src/commands/program/main.ts', 'export const main = ;\n');
    const { status, stderr } = await setUp();
    expect(status).toBe(1);
    expect(stderr).toContain('src/commands/program/main.ts:1:20');
    expect((await checkout.start(['bin/netwatch.js', 'a']).ended).status).toBe(1);
  });

  test('of the chunks keeps those that a running program may still load', async () => {
    const chunks = () => fs.readdirSync(checkout.at('dist')).filter((name) => name.startsWith('part-'));
    for (const [text, kept] of [
      ['1', 1],
      ['2', 2],
      ['3', 2],
    ] as const) {
      checkout.write('src/commands/program/part.ts', `export const part = ${text};\n`);
      checkout.write(
        'src/commands/program/main.ts',
        `export const main = async () => (await import('./part.ts')).part;\n`,
      );
      await setUp();
      expect(chunks()).toHaveLength(kept);
      expect((await checkout.start(['bin/netwatch.js']).ended).status).toBe(Number(text));
    }
  });

  test('of a variable is seen by who imported it, and a module of node as it is', async () => {
    checkout.write(
      'src/commands/program/count.ts',
      'export let count = 0;\nexport const add = () => (count += 4);\nexport let late: number;\nexport const set = () => { late = 1; };\n',
    );
    checkout.write('src/commands/program/one.ts', "export { add, set } from './count.ts';\n");
    checkout.write(
      'src/commands/program/two.ts',
      "import zlib, { crc32 } from 'node:zlib';\nimport { count, late } from './count.ts';\nexport default () => count + late + (zlib.crc32 === crc32 ? 2 : 0);\n",
    );
    checkout.write(
      'src/commands/program/main.ts',
      `import { promisify } from 'node:util';
export const main = async () => {
  const { default: sum } = await import('./two.ts');
  const { add, set } = await import('./one.ts');
  const { createHash } = await import('node:crypto');
  add();
  set();
  return sum() + (promisify === (await import('node:util')).default.promisify && createHash('sha1') ? 8 : 0);
};
`,
    );
    await setUp();
    expect((await checkout.start(['bin/netwatch.js']).ended).status).toBe(15);
  });

  test('in package-lock.json installs', async () => {
    const lock = JSON.parse(fs.readFileSync(checkout.at('package-lock.json'), 'utf8'));
    lock.packages['node_modules/yargs'].version = '18.9.9';
    checkout.write('package-lock.json', JSON.stringify(lock));
    await setUp();
    expect(checkout.calls()).toEqual([NPM_CI]);
  });

  test('that this user may not write about does not stop the program', async () => {
    if (IS_ROOT) fs.chownSync(checkout.folder, 0, 0);
    fs.chmodSync(checkout.folder, 0o555);
    expect(await setUp()).toEqual(silent);
    fs.rmSync(checkout.at('node_modules/.pcap-attempt'));
    expect(await setUp()).toEqual(silent);
    checkout.write('src/commands/program/main.ts', 'export const main = async () => 9;\n');
    const { status, stderr } = await setUp();
    expect(status).toBe(0);
    expect(stderr).toContain('read-only for this user: run npm start as its owner\n');
    fs.chmodSync(checkout.folder, 0o755);
  });
});
