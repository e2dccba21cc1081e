import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { reconciledIn, untilCounted } from '../../support/numbered-capture.ts';
import { openVethPair, type VethPair } from '../../support/veth-pair.ts';

const STARTS = 5;
let scene: LiveScene;
let pair: VethPair;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('filtered');
  pair = await openVethPair(scene, 'nwfilter', 205);
});
afterAll(() => scene?.remove());

describe.skipIf(noLiveCapture !== null)('a filter of the kernel', { timeout: 60_000 }, () => {
  test('holds from the first packet on, whatever came while it was not there yet', async () => {
    const sender = await scene.run(pair.endless);
    for (let start = 0; start < STARTS; start++) {
      const file = path.join(scene.folder, `none-${start}.pcap`);
      const run = scene.start(['capture', '-i', pair.near, '--bpf', 'udp port 7', '--duration', '300ms', '-w', file]);
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringContaining('0 packets captured; nwfilter: 0 received')]);
      expect((await readCapture(fs.readFileSync(file))).frames).toEqual([]);
    }
    const file = path.join(scene.folder, 'all.pcap');
    const run = scene.start(['capture', '-i', pair.near, '--bpf', 'udp port 9', '-w', file]);
    await run.capturing;
    await untilCounted(run, 1000);
    run.child.kill('SIGINT');
    const { status, said } = await run.ended;
    const { captured, received, dropped, left } = reconciledIn(said);
    expect([status, received]).toEqual([0, captured + dropped + left]);
    const { frames, problems } = await readCapture(fs.readFileSync(file));
    expect([frames.length, problems]).toEqual([captured, []]);
    sender.kill();
  });
});
