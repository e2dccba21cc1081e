import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { type LiveScene, openLiveScene, parseLines } from '../../support/live-scene.ts';

const SILENT = `require('node:dgram').createSocket('udp4').bind(53, '127.0.0.1', () => process.stdout.write('listening'));`;
/** The C library waits for each of its attempts so long: beyond the end of the test. */
const RESOLV_CONF = 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n';

describe.skipIf(noNetwork !== null)('where the name server is silent', { timeout: 25_000 }, () => {
  let scene: LiveScene;
  let before: readonly string[];
  beforeAll(async () => {
    scene = openLiveScene('silent');
    await scene.run(SILENT);
    const file = path.join(scene.folder, 'resolv.conf');
    fs.writeFileSync(file, RESOLV_CONF);
    before = ['sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', file];
  });
  afterAll(() => scene?.remove());

  test.each(['host.invalid', 'dns:///host.invalid'])('probe %s ends when its time is over', async (target) => {
    const { status, out } = await scene.start(['probe', target, '-c', '1', '--timeout', '300ms', '--json'], before)
      .ended;
    expect([status, parseLines(out)[0]!.state]).toEqual([1, 'down']);
  });

  test('and so does a run that is interrupted meanwhile', async () => {
    const run = scene.start(
      ['probe', 'host.invalid', '10.0.0.1', '--every', '1s', '--timeout', '20s', '--json'],
      before,
    );
    await run.until(({ out }) => out !== ''); // no route to the address: its round is over
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(130);
  });
});
