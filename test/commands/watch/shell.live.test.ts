import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { descendantsOf, isStopped } from '../../support/descendants.ts';
import { until } from '../../support/live-scene.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { openPseudoTerminal, type PseudoTerminal, type Started } from '../../support/pseudo-terminal.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-shell-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');

describe.skipIf(noNetwork !== null || toolIsMissing('setsid') || toolIsMissing('bash'))(
  'in a shell',
  { timeout: 90_000 },
  () => {
    let pty: PseudoTerminal;
    let shell: Started;
    beforeEach(async () => {
      pty = openPseudoTerminal(100, 30);
      const alias = `alias netwatch='${process.execPath} ${BIN}'`;
      fs.writeFileSync(path.join(folder, 'rc'), `PS1='> '\n${alias}\n`);
      shell = pty.start(['bash', '--noprofile', '--rcfile', path.join(folder, 'rc'), '-i'], {
        env: { HOME: folder },
        cwd: folder,
      });
      await pty.shows(/^> $/m);
    });
    afterEach(async () => {
      pty.hangUp();
      await shell.ended;
      pty.close();
    });

    /** What stands on the terminal, without the lines below the last. */
    const shown = async (): Promise<string[]> => (await pty.lines()).join('\n').trimEnd().split('\n');
    const screens = () => descendantsOf(shell.pid).filter(({ command }) => command.includes(`${BIN} watch`));

    test.each([
      ['Ctrl-Z', () => pty.type('\x1a')],
      ['SIGTSTP', () => process.kill(screens()[0]!.pid, 'SIGTSTP')],
    ])('%s stops the screen, and fg shows it again', async (_what, stop) => {
      const before = await pty.state();
      pty.type(`netwatch watch -r ${CAPTURE}\n`);
      await pty.shows('1 Dash');
      stop();
      await pty.shows(/Stopped[\s\S]*^> $/m);
      expect(await pty.state()).toEqual(before);
      expect((await shown())[0]).toBe(`> netwatch watch -r ${CAPTURE}`);
      pty.type('fg\n');
      await pty.shows(/1 Dash[\s\S]* 1-8 tabs/);
      expect((await pty.state()).buffer).toBe('alternate');
      // keys arrive one by one again
      pty.type('5');
      await pty.shows(/^ Stats/m);
      pty.type('q');
      await pty.shows(/^> $/m);
      expect(await pty.state()).toEqual(before);
      pty.type('echo status $?\n');
      await pty.shows('status 0');
    });

    test('begun in the background it is stopped, and fg shows it; then the terminal is as it was', async () => {
      pty.type(`stty -g >before; netwatch watch -r ${CAPTURE} &\n`);
      await until(() => screens().some(({ pid }) => isStopped(pid)));
      // who stopped it has not drawn on the terminal
      expect((await pty.state()).buffer).toBe('normal');
      pty.type('fg\n');
      await pty.shows('1 Dash');
      pty.type('q');
      await pty.shows(/^> $/m);
      pty.type('stty -g | diff before - && echo the same\n');
      await pty.shows(/^the same$/m);
    });

    test('a capture that is not there is told below the prompt, and the next prompt below that', async () => {
      pty.type('echo one; netwatch watch -r /nowhere.pcap\n');
      await pty.shows(/nowhere.pcap[\s\S]*^> $/m);
      pty.type('echo status $?\n');
      await pty.shows('status 66');
      expect((await shown()).slice(0, 5)).toEqual([
        '> echo one; netwatch watch -r /nowhere.pcap',
        'one',
        'netwatch: no such file: /nowhere.pcap',
        '> echo status $?',
        'status 66',
      ]);
    });
  },
);
