import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture, parseLines, until } from '../support/live-scene.ts';
import {
  type NumberedCapture,
  openNumberedCapture,
  readNumbered,
  reconciledIn,
  untilCounted,
} from '../support/numbered-capture.ts';
import { writeNumbered } from '../support/numbered-pcap.ts';
import { statisticsOf } from '../support/pcapng-statistics.ts';
import { toolIsMissing } from '../support/tool.ts';
import { numbered } from '../support/veth-pair.ts';
import { promised } from './promise.ts';

const COUNT = 200_000;
const PER_SECOND = 50_000;

promised(
  {
    id: 'R3',
    says: 'Every packet is accounted for: received by the filter = captured + dropped by the kernel + not read by netwatch. This is true of the line at the end, the answer to SIGUSR1, the gap records and the interface statistics of a pcapng file. A capture written to a file loses no packet at 50,000 packets a second.',
    tested: `${COUNT} numbered packets at ${PER_SECOND} a second over a veth pair: into a file; and with a buffer of 2 MB while netwatch is stopped for two seconds.`,
    notPromised:
      'That nothing is lost at any rate: netwatch counts what is lost. On the loopback the kernel counts each packet twice.',
    skipped: noLiveCapture ?? (toolIsMissing('tcpreplay') ? 'tcpreplay is not installed' : null),
    timeoutMs: 120_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr3', 211);
    try {
      writeNumbered(capture.fileOf('numbered.pcap'), COUNT, 200);
      await keepAll(capture);
      const { captured, dropped } = await countDropped(capture);
      return `into a file ${COUNT} of ${COUNT}, 0 dropped; stopped: ${captured} captured + ${dropped} dropped = ${COUNT}, and the gap records add up to ${dropped}`;
    } finally {
      capture.scene.remove();
    }
  },
);

/** It gives way to who captures: three processes want to run, and how long netwatch waits for its turn is not what is asked. */
function replay({ scene, pair, fileOf }: NumberedCapture): Promise<unknown> {
  const options = ['-q', '-K', '--pps', String(PER_SECOND), '-i', pair.far, fileOf('numbered.pcap')];
  const child = spawn('ip', ['netns', 'exec', scene.name, 'nice', 'tcpreplay', ...options], { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}

async function keepAll(capture: NumberedCapture): Promise<void> {
  const file = capture.fileOf('paced.pcapng');
  const run = capture.start('-w', file);
  await run.capturing;
  await replay(capture);
  await untilCounted(run, COUNT);
  run.child.kill('SIGINT');
  const { said } = await run.ended;
  expect(reconciledIn(said)).toEqual({ captured: COUNT, received: COUNT, dropped: 0, left: 0 });
  // asked, and at the end
  expect(said.match(new RegExp(`^netwatch: ${COUNT} packets captured`, 'gm'))!.length).toBeGreaterThan(1);
  expect(await readNumbered(file)).toEqual({ numbers: numbered(0, COUNT), problems: [], isOrdered: true });
  const statistics = statisticsOf(fs.readFileSync(file));
  // isb_ifrecv, isb_osdrop, isb_usrdeliv
  expect([statistics.get(4), statistics.get(7), statistics.get(8)]).toEqual([COUNT, 0, COUNT]);
}

async function countDropped(capture: NumberedCapture): Promise<{ captured: number; dropped: number }> {
  const run = capture.start('--buffer', '2MB', '--json', '--fields', 'number');
  await run.capturing;
  const sent = replay(capture);
  await sleep(1000);
  run.child.kill('SIGSTOP');
  await sleep(2000);
  run.child.kill('SIGCONT');
  await sent;
  let asked = '';
  run.child.stderr!.on('data', (text: string) => (asked += text));
  // a busy machine takes its time to read what the kernel holds
  await until(() => {
    run.child.kill('SIGUSR1');
    if (!/packets captured;.* not read/.test(asked)) return false;
    const { captured, dropped } = reconciledIn(asked);
    return captured + dropped === COUNT;
  });
  run.child.kill('SIGINT');
  const { status, out, said } = await run.ended;
  const { captured, received, dropped, left } = reconciledIn(said);
  expect([status, received, captured + dropped, left]).toEqual([0, COUNT, COUNT, 0]);
  expect(dropped).toBeGreaterThan(0);
  const rows = parseLines(out);
  const gaps = rows.filter(({ type }) => type === 'gap');
  expect(rows.length - gaps.length).toBe(captured);
  expect(gaps.reduce((sum, gap) => sum + (gap.dropped as number), 0)).toBe(dropped);
  expect(rows.findIndex(({ type }) => type === 'gap')).toBeGreaterThan(1000);
  expect(gaps[0]).toMatchObject({ iface: 'nwr3', reason: expect.stringContaining('slower than nwr3') });
  return { captured, dropped };
}
