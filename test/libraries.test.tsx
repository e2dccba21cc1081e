import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { render, Text } from 'ink';
import { expect, test } from 'vitest';
import { loadInkTable } from './support/ink-table.ts';

/** A terminal of 40 columns that keeps what is written to it. */
class Terminal extends Writable {
  readonly columns = 40;
  readonly frames: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.frames.push(chunk.toString());
    done();
  }
}

async function screenOf(element: Parameters<typeof render>[0]): Promise<string[]> {
  const terminal = new Terminal();
  const { unmount, waitUntilExit } = render(element, {
    stdout: terminal as unknown as NodeJS.WriteStream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  unmount();
  await waitUntilExit();
  return stripVTControlCharacters(terminal.frames.find((frame) => frame.trim() !== '') ?? '').split('\n');
}

function majorOf(name: string): number {
  const text = fs.readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8');
  return Number.parseInt(JSON.parse(text).version, 10);
}

test('ink 6, ink-table 3 and react 19 draw a table together', async () => {
  expect(['ink', 'ink-table', 'react'].map(majorOf)).toEqual([6, 3, 19]);
  const Table = loadInkTable();
  const lines = await screenOf(
    <Table
      data={[
        { process: 'sshd', port: 22 },
        { process: 'curl', port: 443 },
      ]}
    />,
  );
  expect(lines.filter((line) => line !== '')).toEqual([
    '┌─────────┬──────┐',
    '│ process │ port │',
    '├─────────┼──────┤',
    '│ sshd    │ 22   │',
    '├─────────┼──────┤',
    '│ curl    │ 443  │',
    '└─────────┴──────┘',
  ]);
});

test('colour goes through the cell component', async () => {
  const Table = loadInkTable();
  const seen: (string | undefined)[] = [];
  function Cell({ children }: { readonly children?: string }) {
    seen.push(children?.trim());
    return <Text color="green">{children}</Text>;
  }
  await screenOf(<Table data={[{ process: 'sshd' }]} cell={Cell} />);
  expect(seen).toContain('sshd');
});

test('ink-table still needs its loader', () => {
  const load = 'import("ink-table").then(() => "loaded", (error) => error.code).then(console.log)';
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', load], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe('ERR_REQUIRE_ASYNC_MODULE');
});
