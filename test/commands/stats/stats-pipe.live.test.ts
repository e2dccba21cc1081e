import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcap } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { recordsOf } from '../../support/in-process.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { BIN, ROOT, type Running, startNetwatch } from '../../support/program.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

/** The built program at the end of a pipe, with ticks. */

const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const PACKETS_OF_LOOPBACK = 38;

/** Of a time long ago, as in a capture that is played again. */
const THEN = 1_000_000_000;
const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];
const NAME = [1, 97, 7, ...Buffer.from('example'), 0];
const message = (flags: number): number[] => [0, 7, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...NAME, 0, 1, 0, 1];
const QUERY = udpFrame({ from: CLIENT, to: SERVER, srcPort: 4000, dstPort: 53 }, message(1));
const ANSWER = udpFrame({ from: SERVER, to: CLIENT, srcPort: 53, dstPort: 4000 }, message(0x81));
const OTHER = udpFrame({ from: CLIENT, to: SERVER, srcPort: 4001, dstPort: 9999 }, [1]);
const FILE_HEADER = 24;

/** A packet as it stands in the file, without the file's header. */
const packetAt = (bytes: Uint8Array, seconds: number): Uint8Array =>
  pcap([{ bytes, seconds: THEN + seconds }]).subarray(FILE_HEADER);

/** Starts it with the header of a capture sent. */
function begin(...argv: readonly string[]): Running & { readonly send: (packet: Uint8Array) => void } {
  const run = startNetwatch(['stats', '-r', '-', '--json', ...argv], { stdin: 'pipe' });
  const stdin = run.child.stdin!;
  stdin.on('error', () => {});
  stdin.write(pcap([]));
  return { ...run, send: (packet) => void stdin.write(packet) };
}

const COUNTED = ['--by', 'summary', '--fields', 'packets'];
const lineOf = (packets: number): string => `{"type":"capture_summary","packets":${packets}}\n`;

describe('records at every tick of what comes through a pipe', () => {
  test('are printed as it goes, and the rest at its end', async () => {
    const run = begin(...COUNTED, '--interval', '100ms');
    for (const number of [1, 2]) {
      run.send(packetAt(OTHER, number));
      await run.until(lineOf(number));
    }
    run.child.stdin!.end(packetAt(OTHER, 3));
    const { stdout, stderr, status } = await run.ended;
    expect([status, stderr, stdout.endsWith(lineOf(3))]).toEqual([0, '', true]);
  });

  test('its end does not wait for the next tick', async () => {
    // which would come in an hour
    const run = startNetwatch(['stats', '-r', '-', '--json', '--by', 'all', '--interval', '1h'], { stdin: 'pipe' });
    run.child.stdin!.end(fs.readFileSync(LOOPBACK));
    const { stdout, stderr, status } = await run.ended;
    const whole = await startNetwatch(['stats', '-r', LOOPBACK, '--json', '--by', 'all']).ended;
    expect([status, stderr]).toEqual([0, whole.stderr]);
    expect(stdout.replaceAll('"file":"-"', `"file":"${LOOPBACK}"`)).toBe(whole.stdout);
  });

  test('--count ends it though more would come', async () => {
    const run = begin(...COUNTED, '--interval', '100ms', '--count', '2');
    const { stdout, stderr, status } = await run.ended;
    expect([status, stderr, stdout]).toEqual([0, '', lineOf(0) + lineOf(0)]);
  });

  test('what is damaged is said when it comes', async () => {
    const run = begin(...COUNTED, '--interval', '1h');
    run.send(packetAt(OTHER, 1));
    run.child.stdin!.end(packetAt(OTHER, 2).subarray(0, 20));
    const { stdout, stderr, status } = await run.ended;
    const file = await startNetwatch(['stats', '-r', '-', '--json', ...COUNTED], { stdin: 'pipe' });
    file.child.stdin!.write(pcap([]));
    file.child.stdin!.write(packetAt(OTHER, 1));
    file.child.stdin!.end(packetAt(OTHER, 2).subarray(0, 20));
    expect({ stdout, stderr, status }).toEqual({ ...(await file.ended), signal: undefined });
    expect(stdout).toBe(lineOf(1));
  });
});

describe('a query of a capture that is played again', () => {
  const BOTH = ['--by', 'summary,dns', '--interval', '100ms'];
  const queriesIn = (stdout: string) => recordsOf(stdout).filter(({ type }) => type === 'dns_query');

  test('waits for its answer by the time of the capture', async () => {
    const run = begin(...BOTH);
    run.send(packetAt(QUERY, 0));
    await run.until('"packets":1,');
    run.send(packetAt(OTHER, 9));
    await run.until('"packets":2,');
    run.send(packetAt(ANSWER, 9));
    await run.until('dns_query');
    run.child.stdin!.end();
    expect(queriesIn((await run.ended).stdout)).toMatchObject([{ rcode: 'NOERROR', latency_ms: 9000 }]);
  });

  test('is told of without one after ten seconds of it', async () => {
    const run = begin(...BOTH);
    run.send(packetAt(QUERY, 0));
    run.send(packetAt(OTHER, 11));
    await run.until('dns_query');
    run.child.stdin!.end();
    expect(queriesIn((await run.ended).stdout)).toMatchObject([{ rcode: null, latency_ms: null }]);
  });
});

describe('a file has no ticks', () => {
  test.each([
    ['named', `stats -r ${LOOPBACK} --interval 1`, 'interval'],
    ['as stdin', `stats -r - --count 2 < ${LOOPBACK}`, 'count'],
  ])('%s', (_what, words, option) => {
    const { stdout, stderr, status } = runTool('sh', ['-c', `${process.execPath} ${BIN} ${words}`]);
    expect([status, stdout, stderr]).toEqual([
      64,
      '',
      `netwatch: --${option} needs a live machine or a pipe, not a file of --read\n`,
    ]);
  });
});

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpdump'))('tcpdump at the other end', () => {
  let scene: LiveScene;
  beforeAll(() => {
    scene = openLiveScene('piped');
  });
  afterAll(() => scene.remove());

  test('live, until it ends', async () => {
    const pidFile = path.join(scene.folder, 'tcpdump.pid');
    const tcpdump = `sh -c 'echo $$ > ${pidFile}; exec tcpdump -i lo -U -w - udp port 9999 2>/dev/null'`;
    const words = [BIN, 'stats', '-r', '-', '--json', ...COUNTED, '--interval', '100ms'];
    const command = `${tcpdump} | ${process.execPath} ${words.join(' ')}`;
    const run = spawn('ip', ['netns', 'exec', scene.name, 'sh', '-c', command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    run.stdout.on('data', (text: Buffer) => (out += text));
    const ended = new Promise((resolve) => run.once('close', resolve));
    const sender = await scene.run(`
      require('node:dgram').createSocket('udp4').bind(0, function () {
        setInterval(() => this.send('x', 9999, '127.0.0.1'), 50);
        console.log('sends');
      });
    `);
    // while both run
    await until(() => /"packets":[1-9]/.test(out));
    process.kill(Number(fs.readFileSync(pidFile, 'utf8')), 'SIGINT');
    expect(await ended).toBe(0);
    sender.stdin!.end();
    const counts = recordsOf<{ packets: number }>(out).map(({ packets }) => packets);
    expect(counts.toSorted((a, b) => a - b)).toEqual(counts);
  });

  test('played from a file', () => {
    const { stdout, status } = runTool('sh', [
      '-c',
      `tcpdump -r ${LOOPBACK} -w - 2>/dev/null | ${process.execPath} ${BIN} stats -r - --json ${COUNTED.join(' ')} --interval 1h`,
    ]);
    expect([status, stdout]).toEqual([0, lineOf(PACKETS_OF_LOOPBACK)]);
  });
});
