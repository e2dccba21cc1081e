import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { recordsOf } from '../../support/in-process.ts';
import { type LiveScene, openLiveScene } from '../../support/live-scene.ts';
import { readmeLine, runLine } from '../../support/readme-line.ts';

const SERVER = `require('node:net').createServer((socket) => socket.resume()).listen(8080, '127.0.0.1', () => process.stdout.write('listening'));`;
const CLIENT = `require('node:net').connect(8080, '127.0.0.1', () => process.stdout.write('connected'));`;

describe.skipIf(noNetwork !== null)('a diff round a server', () => {
  let scene: LiveScene;
  beforeAll(() => {
    scene = openLiveScene('diff');
    scene.ip('link', 'add', 'left', 'type', 'veth', 'peer', 'name', 'right');
  });
  afterAll(() => scene.remove());

  const shell = (line: string) => runLine(scene, line);

  test('that was started, with the client, the route and the MTU that came with it', async () => {
    expect(shell(readmeLine('from cron')).status).toBe(0);
    expect(fs.statSync(path.join(scene.folder, 'yesterday.json')).mode & 0o777).toBe(0o600);
    const line = readmeLine('new remotes since yesterday');
    expect(shell(line)).toMatchObject({ status: 0, stderr: expect.stringContaining('nothing has changed') });

    const server = await scene.run(SERVER);
    const client = await scene.run(CLIENT);
    scene.ip('link', 'set', 'left', 'mtu', '1400', 'up');
    scene.ip('link', 'set', 'right', 'up');
    scene.ip('addr', 'add', '192.0.2.1/24', 'dev', 'left');
    scene.ip('route', 'add', '198.51.100.0/24', 'via', '192.0.2.9');

    const remotes = shell(line);
    expect(remotes.status).toBe(1);
    expect(remotes.stdout.split('\n')[0]).toBe('process\tdirection\taddr\tport');
    expect(remotes.stdout.split('\n').slice(1).sort()).toEqual([
      '',
      'node\tin\t127.0.0.1\t8080',
      'node\tout\t127.0.0.1\t8080',
    ]);

    expect(shell('netwatch export snapshot -w b.json').status).toBe(0);
    const all = shell('netwatch export diff yesterday.json b.json --json');
    expect(all.status).toBe(1);
    const rows = recordsOf(all.stdout);
    const about = (what: string) => rows.filter((row) => row.what === what);
    expect(about('listener')).toMatchObject([
      { change: 'added', key: 'tcp 127.0.0.1:8080', process: 'node', pid: server.pid, after: 'node', port: 8080 },
    ]);
    expect(about('remote').map(({ key, pid }) => [key, pid])).toEqual(
      expect.arrayContaining([
        ['node tcp 127.0.0.1:8080', client.pid],
        ['node tcp 127.0.0.1 to port 8080', server.pid],
      ]),
    );
    expect(about('iface_fact')).toContainEqual(
      expect.objectContaining({ key: 'left', field: 'mtu', before: '1500', after: '1400' }),
    );
    expect(about('iface_fact')).toContainEqual(
      expect.objectContaining({ key: 'left', field: 'ipv4', after: '192.0.2.1/24' }),
    );
    expect(about('route')).toContainEqual(
      expect.objectContaining({
        change: 'added',
        key: '198.51.100.0/24 table main',
        after: expect.stringContaining('via 192.0.2.9 dev left'),
      }),
    );

    // the sheet has the connections, and no cell that begins like a formula
    expect(runLine(scene, readmeLine('for a spreadsheet')).status).toBe(0);
    expect(fs.readFileSync(path.join(scene.folder, 'conns.csv'), 'utf8')).toMatch(
      /^proto,.+\ntcp,LISTEN,127\.0\.0\.1,8080,/,
    );

    // and when it is gone
    for (const child of [client, server]) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.stdin!.end();
      await gone;
    }
    const back = shell('netwatch export snapshot | netwatch export diff b.json - --ignore counter --json');
    expect(back.status).toBe(1);
    expect(recordsOf(back.stdout)).toContainEqual(
      expect.objectContaining({ what: 'listener', change: 'removed', key: 'tcp 127.0.0.1:8080', before: 'node' }),
    );
    execFileSync('ip', ['-n', scene.name, 'link', 'del', 'left']);
    const less = shell(
      'netwatch export snapshot | netwatch export diff b.json - -f "what == iface" --fields change,key --sort key -H',
    );
    expect([less.status, less.stdout]).toEqual([1, 'removed\tleft\nremoved\tright\n']);
  });
});
