import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installationOf, mendModule, sudoName } from '../../../src/platform/machine/installation.ts';
import { runInProcess } from '../../support/in-process.ts';

let folder = '';
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-installed-')));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function make(...files: readonly string[]): void {
  for (const file of files) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), '{}');
  }
}
const at = (...parts: readonly string[]): string => path.join(folder, ...parts);

describe('what mends a module', () => {
  test('of a checkout is npm start', () => {
    make('clone/package.json', 'clone/setup.js', 'clone/dist/x.js', 'package.json');
    const found = installationOf(at('clone/dist/x.js'));
    expect(found).toEqual({ root: at('clone'), isCheckout: true, project: at('clone') });
    expect(mendModule('pcap', found)).toBe('npm start');
    make('node_modules/netwatch/package.json', 'node_modules/netwatch/setup.js');
    expect(installationOf(at('node_modules/netwatch'))).toMatchObject({
      isCheckout: true,
      project: at('node_modules/netwatch'),
    });
  });

  test('of a package of the machine is npm, in its own folder', () => {
    make('lib/node_modules/netwatch/package.json', 'lib/node_modules/netwatch/dist/x.js');
    const root = at('lib/node_modules/netwatch');
    const found = installationOf(at('lib/node_modules/netwatch/dist/x.js'));
    expect(found).toEqual({ root, isCheckout: false, project: root });
    expect(mendModule('pcap', found)).toBe(`npm install --prefix ${root} --omit=dev --no-save --no-package-lock`);
    make('lib/node_modules/netwatch/node_modules/pcap/package.json');
    expect(mendModule('pcap', found)).toBe(`npm rebuild --prefix ${root} pcap`);
    expect(mendModule('koffi', found)).toContain('npm install');
  });

  test('of a package of a project, or of npx, is npm in that project', () => {
    make('_npx/ab/package.json', '_npx/ab/node_modules/netwatch/package.json');
    const found = installationOf(at('_npx/ab/node_modules/netwatch'));
    expect(found).toEqual({
      root: at('_npx/ab/node_modules/netwatch'),
      isCheckout: false,
      project: at('_npx/ab'),
    });
    expect(mendModule('pcap', found)).toBe(`npm install --prefix ${at('_npx/ab')}`);
    make('_npx/ab/node_modules/pcap/package.json');
    expect(mendModule('pcap', found)).toBe(`npm rebuild --prefix ${at('_npx/ab')} pcap`);
  });

  test('a package in another folder of a project is none of it', () => {
    make('a/package.json', 'a/vendor/netwatch/package.json');
    const root = at('a/vendor/netwatch');
    expect(installationOf(root)).toEqual({ root, isCheckout: false, project: root });
  });

  test.skipIf(process.getuid?.() === 0)('needs sudo where the folder is not of this user', () => {
    make('lib/node_modules/netwatch/package.json');
    const root = at('lib/node_modules/netwatch');
    fs.chmodSync(root, 0o555);
    expect(mendModule('pcap', installationOf(root))).toMatch(/^sudo npm install /);
    fs.chmodSync(root, 0o755); // so that it can be removed
  });
});

describe('what sudo finds', () => {
  test('is netwatch where its folders have this program, otherwise its files', () => {
    make('opt/net watch/bin/netwatch.js', 'other/netwatch');
    fs.mkdirSync(at('bin'));
    const script = at('opt/net watch/bin/netwatch.js');
    const program = ['/usr/bin/node', script];
    const files = `/usr/bin/node '${script}'`;
    expect(sudoName(program, [at('bin')])).toBe(files);
    fs.symlinkSync(script, at('bin/netwatch'));
    expect(sudoName(program, [at('none'), at('bin')])).toBe('netwatch');
    expect(sudoName(program, [at('other')])).toBe(files);
    expect(sudoName(program, [])).toBe(files);
    expect(sudoName(['/usr/bin/node', at('gone')], [at('none')])).toBe(`/usr/bin/node ${at('gone')}`);
  });

  test('doctor names it', async () => {
    const check = (remedy: string | null) => ({ name: 'x', status: 'missing' as const, detail: '', remedy });
    const { fakePlatform } = await import('../../support/fake-platform.ts');
    const checks = ['sudo netwatch conns --netns NAME', 'sudo modprobe netwatch', null].map(check);
    const platform = { ...fakePlatform([]), readChecks: async () => checks };
    const { out } = await runInProcess(['doctor', '--fields', 'remedy', '-H'], { platform });
    expect(out).toBe(
      "sudo /usr/bin/node '/opt/net watch/bin/netwatch.js' conns --netns NAME\nsudo modprobe netwatch\n\n",
    );
  });
});
