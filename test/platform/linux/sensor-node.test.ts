import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findSensorNode, grantCommand, obstacleOf, SENSOR_NODE } from '../../../src/platform/linux/sensor-node.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('no_new_privs is what keeps a capability from being given', () => {
  const words = 'the program that started netwatch set no_new_privs, so no capability can be gained';
  expect(['NoNewPrivs:\t1\n', 'Name:\tx\nNoNewPrivs:\t1\nSeccomp:\t0\n'].map(obstacleOf)).toEqual([words, words]);
  expect(['NoNewPrivs:\t0\n', 'NoNewPrivs:\t10\n', 'XNoNewPrivs:\t1\n', ''].map(obstacleOf)).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

describe('the copy of node', () => {
  const ROOT = { uid: 0, mode: 0o100755, isFile: () => true };
  let folder: string;
  let copy: string;
  let stats: Record<string, { uid: number; mode: number; isFile: () => boolean }>;
  let capabilities: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-node-'));
    copy = path.join(folder, 'node');
    fs.writeFileSync(copy, '', { mode: 0o755 });
    stats = { [folder]: ROOT, [copy]: ROOT };
    capabilities = '0000000000000000';
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    vi.spyOn(fs, 'readFileSync').mockImplementation(() => `CapEff:\t${capabilities}\n`);
    vi.spyOn(fs, 'lstatSync').mockImplementation(((file: string) => stats[file]) as never);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    fs.rmSync(folder, { recursive: true });
  });

  const grant = `sudo install -D -o root -g "$(id -gn)" -m 750 ${process.execPath} ${SENSOR_NODE} && sudo setcap cap_net_raw=ep ${SENSOR_NODE}`;
  const own = { file: process.execPath, ignored: null, grant };

  test('captures where nobody but root could have changed it', () => {
    expect(findSensorNode(copy)).toEqual({ file: copy, ignored: null, grant });
    expect(grantCommand()).toBe(grant);
  });

  test('is not needed by who may capture, and none that is not there is used', () => {
    expect(findSensorNode(`${copy}2`)).toEqual(own);
    capabilities = '0000000000002000';
    expect(findSensorNode(copy)).toEqual(own);
    capabilities = '0000000000000000';
    vi.spyOn(process, 'getuid').mockReturnValue(0);
    expect(findSensorNode(copy)).toEqual({ ...own, grant: null });
    expect(grantCommand()).toBeNull();
  });

  test.each([
    ['copy', { ...ROOT, isFile: () => false }, 'it is not a file'],
    ['copy', { ...ROOT, uid: 1000 }, 'FILE is not owned by root'],
    ['folder', { ...ROOT, uid: 1, isFile: () => false }, 'FILE is not owned by root'],
    ['copy', { ...ROOT, mode: 0o100775 }, 'FILE may be written by users other than root'],
    ['copy', { ...ROOT, mode: 0o100757 }, 'FILE may be written by users other than root'],
    ['folder', { ...ROOT, mode: 0o40775 }, 'FILE may be written by users other than root'],
  ])('is not used when of the %s something is wrong', (of, stat, fault) => {
    const file = of === 'copy' ? copy : folder;
    stats[file] = stat;
    expect(findSensorNode(copy)).toEqual({ ...own, ignored: `${copy} is not used: ${fault.replace('FILE', file)}` });
  });

  test('is not used when it may not be run, or not be seen', () => {
    vi.spyOn(fs, 'accessSync').mockImplementation((file, mode) => {
      if (file === copy && mode === fs.constants.X_OK) throw Object.assign(new Error('EACCES: no'), { code: 'EACCES' });
    });
    expect(findSensorNode(copy).file).toBe(process.execPath);
    expect(findSensorNode(copy).ignored).toMatch(`${copy} is not used: `);
  });
});
