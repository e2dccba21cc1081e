import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InterfaceWatch } from '../../../src/platform/sensor/interface-watch.ts';

let root = '';
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-sys-'));
  put('eth0', { ifindex: '2', operstate: 'up', carrier_changes: '1' });
});
afterEach(() => fs.rmSync(root, { recursive: true }));

function put(name: string, files: Readonly<Record<string, string>>): void {
  fs.mkdirSync(path.join(root, name), { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(root, name, file), `${text}\n`);
}

test('down, and up after a while', () => {
  const watch = new InterfaceWatch('eth0', root);
  expect(watch.look(0)).toEqual([]);
  put('eth0', { operstate: 'down', carrier_changes: '2' });
  expect(watch.look(200)).toEqual([{ change: 'down' }]);
  expect(watch.look(400)).toEqual([]);
  put('eth0', { operstate: 'up', carrier_changes: '3' });
  expect(watch.look(900)).toEqual([{ change: 'up', downMs: 700 }]);
  expect(watch.look(1100)).toEqual([]);
});

test('down and up between two looks', () => {
  const watch = new InterfaceWatch('eth0', root);
  put('eth0', { carrier_changes: '3' });
  expect(watch.look(0)).toEqual([{ change: 'up', downMs: null }]);
  expect(watch.look(200)).toEqual([]);
});

test('renamed, its old name taken by another, and gone', () => {
  const watch = new InterfaceWatch('eth0', root);
  fs.renameSync(path.join(root, 'eth0'), path.join(root, 'wan0'));
  put('eth0', { ifindex: '9', operstate: 'up', carrier_changes: '1' });
  expect(watch.look(0)).toEqual([{ change: 'renamed', name: 'wan0' }]);
  expect(watch.look(200)).toEqual([]);
  fs.rmSync(path.join(root, 'wan0'), { recursive: true });
  expect(watch.look(400)).toEqual([{ change: 'gone' }]);
});

test.each(['any', 'nosuch0'])('of %s nothing is told', (name) => {
  const watch = new InterfaceWatch(name, root);
  fs.rmSync(path.join(root, 'eth0'), { recursive: true });
  expect(watch.look(0)).toEqual([]);
});

test('a kernel that does not tell how often the carrier changed', () => {
  fs.rmSync(path.join(root, 'eth0', 'carrier_changes'));
  const watch = new InterfaceWatch('eth0', root);
  expect(watch.look(0)).toEqual([]);
  put('eth0', { operstate: 'lowerlayerdown' });
  expect(watch.look(200)).toEqual([{ change: 'down' }]);
});
