import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LiveScene, noLiveCapture, openLiveScene, parseLines } from '../../support/live-scene.ts';

let scene: LiveScene;
beforeAll(() => {
  if (noLiveCapture === null) scene = openLiveScene('follow');
});
afterAll(() => scene?.remove());

/** Answers each line with itself, and a line `bye` with the end; over UDP each datagram. */
const ECHO = `
  const net = require('node:net');
  const udp = require('node:dgram').createSocket('udp4').bind(7070, '127.0.0.1');
  udp.on('message', (bytes, { port, address }) => udp.send(bytes, port, address));
  net.createServer((socket) => socket.on('error', () => {}).on('data', (data) => {
    socket.write('echo ' + data);
    if (String(data).includes('bye')) socket.end();
  })).listen(7070, '127.0.0.1', () => process.stdout.write('listening'));`;

/** Connects, says the lines one after another, 150 ms apart, and stays for a moment. */
const saying = (...lines: readonly string[]): string => `
  const socket = require('node:net').connect(7070, '127.0.0.1', () => process.stdout.write('connected'));
  const lines = ${JSON.stringify(lines)};
  const next = () => {
    const line = lines.shift();
    if (line !== undefined) socket.write(line + '\\n', () => setTimeout(next, 150));
  };
  socket.on('error', () => {}).on('data', () => {});
  setTimeout(next, 150);`;

/** Connects, says a line, and says `bye` once it reads something. */
const sayingFirst = (line: string): string => `
  const socket = require('node:net').connect(7070, '127.0.0.1', () => socket.write('${line}\\n', () => process.stdout.write('said')));
  socket.on('error', () => {}).on('data', () => {});
  process.stdin.once('data', () => socket.write('bye\\n'));`;

/** The same with one line after another, until it reads something, and then `bye`. */
const SAYING_UNTIL_TOLD = `
  const socket = require('node:net').connect(7070, '127.0.0.1', () => process.stdout.write('connected'));
  let said = 0;
  let isTold = false;
  process.stdin.on('data', () => (isTold = true));
  const next = () => socket.write(isTold ? 'bye\\n' : 'line ' + said++ + '\\n', () => isTold || setTimeout(next, 150));
  socket.on('error', () => {}).on('data', () => {});
  setTimeout(next, 150);`;

describe.skipIf(noLiveCapture !== null)('follow, live', { timeout: 30_000 }, () => {
  beforeAll(() => scene.run(ECHO));
  const FOLLOW = ['follow', '-i', 'lo', '--bpf', 'port 7070'];

  test('a stream is printed as it happens, and ends with it', async () => {
    const run = scene.start([...FOLLOW, '--stream', '0']);
    await run.capturing;
    const client = await scene.run(sayingFirst('first'));
    // its end is said only when this was printed
    await run.until(({ out }) => out === '→ first\n← echo first\n');
    client.stdin!.write('enough\n');
    const { status, out, said } = await run.ended;
    expect(out).toBe('→ first\n← echo first\n→ bye\n← echo bye\n');
    expect(said).toMatch(/TCP stream 0: A 127\.0\.0\.1:\d+ ↔ B 127\.0\.0\.1:7070/);
    expect(said).toMatch(/4 segments │ A→B 10 B │ B→A 20 B/);
    expect(status).toBe(0);
  });

  test('picked by what is learned later, with all that it said before', async () => {
    const run = scene.start([...FOLLOW, '-f', 'app == http and server_name == wanted.example']);
    await run.capturing;
    await scene.run(saying('GET /1 HTTP/1.1\r\nHost: other.example\r\n\r', 'bye'));
    await scene.run(saying('GET /2 HTTP/1.1\r\nHost: wanted.example\r\n\r', 'bye'));
    const { status, out } = await run.ended;
    expect(out.split('\n').slice(0, 2)).toEqual(['→ GET /2 HTTP/1.1', '→ Host: wanted.example']);
    expect([status, out]).toEqual([0, expect.not.stringContaining('other.example')]);
  });

  test('the process of a stream', async () => {
    const run = scene.start([...FOLLOW, '--tcp', '--all']);
    await run.capturing;
    const client = await scene.run(SAYING_UNTIL_TOLD);
    // sockets are looked at when packets come, and a busy machine takes its time
    await run.until(({ out }) => (out.match(/"type":"segment"/g) ?? []).length >= 20);
    client.stdin!.write('enough\n');
    await run.until(({ out }) => out.includes('CLOSED'));
    run.child.kill('SIGINT');
    const { out } = await run.ended;
    const streams = parseLines(out).filter(({ type }) => type === 'stream');
    expect(streams).toHaveLength(2);
    expect(streams[1]).toMatchObject({ pid: client.pid, process: 'node', state: 'CLOSED' });
  });

  test('picked by its process, from its middle on', async () => {
    const client = await scene.run(SAYING_UNTIL_TOLD);
    const run = scene.start([...FOLLOW, '-f', `pid == ${client.pid}`]);
    await run.until(({ out }) => out.includes('line'));
    client.stdin!.write('enough\n');
    const { status, out, said } = await run.ended;
    expect([status, said]).toEqual([0, expect.stringMatching(/TCP stream 0: /)]);
    expect(out).toMatch(/^[→←] .*line \d+\n.*→ bye\n← echo bye\n$/s);
  });

  test('--all: a record when a stream begins, its segments, and its record when it is over', async () => {
    const run = scene.start([...FOLLOW, '--all']);
    await run.capturing;
    await scene.run(saying('x', 'bye'));
    await run.until(({ out }) => out.includes('"CLOSED"'));
    run.child.kill('SIGINT');
    const { status, out } = await run.ended;
    const records = parseLines(out);
    expect(status).toBe(0);
    expect(records.map(({ type }) => type)).toEqual(['stream', 'segment', 'segment', 'segment', 'segment', 'stream']);
    expect(records[0]).toMatchObject({ stream: 0, state: 'SYN_SENT', a_bytes: 0, b_port: 7070 });
    expect(records.slice(1, 5).map(({ data }) => Buffer.from(data as string, 'base64').toString())).toEqual([
      'x\n',
      'echo x\n',
      'bye\n',
      'echo bye\n',
    ]);
    expect(records[5]).toMatchObject({ stream: 0, state: 'CLOSED', a_bytes: 6, b_bytes: 16, gaps: 0 });
  });

  test('streams are listed when they are over, the others at the end; UDP too', async () => {
    const run = scene.start([...FOLLOW, '--list', '--json']);
    await run.capturing;
    let seen = '';
    run.child.stdout!.on('data', (text: string) => (seen += text));
    const stays = await scene.run(sayingFirst('stays'));
    await scene.run(saying('bye'));
    await scene.run(`
      const socket = require('node:dgram').createSocket('udp4');
      socket.on('message', () => process.stdout.write('answered')).send('datagram', 7070, '127.0.0.1');`);
    await run.until(({ out }) => out.includes('CLOSED'));
    expect(parseLines(seen).map(({ stream, state }) => [stream, state])).toEqual([[1, 'CLOSED']]);
    run.child.kill('SIGINT');
    const { status, out } = await run.ended;
    stays.stdin!.end();
    expect(status).toBe(0);
    expect(parseLines(out).slice(1)).toMatchObject([
      { proto: 'tcp', stream: 0, state: 'ESTABLISHED', a_bytes: 6 },
      { proto: 'udp', stream: 0, state: null, a_bytes: 8, b_bytes: 8 },
    ]);
  });

  test('into a file, as it was sent', async () => {
    const { readFileSync } = await import('node:fs');
    const file = `${scene.folder}/said.bin`;
    const run = scene.start([...FOLLOW, '--stream', '0', '--dir', 'a', '-w', file]);
    await run.capturing;
    await scene.run(saying('raw', 'bye'));
    expect((await run.ended).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('raw\nbye\n');
  });

  test('a capture that is read has no live options', async () => {
    const { status, said } = await scene.start(['follow', '-r', '-', '--bpf', 'tcp']).ended;
    expect([status, said]).toEqual([64, expect.stringContaining('--bpf needs a live capture')]);
  });
});
