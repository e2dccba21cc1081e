import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { expect } from 'vitest';
import { SCALE } from '../support/attack.ts';
import { pcap, words } from '../support/captures.ts';
import { recordsOf, runInProcess } from '../support/in-process.ts';
import { measured } from '../support/measured.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';
import { promised } from './promise.ts';

/** Unpacked, of each bomb. */
const MEGABYTES = 200 * SCALE;
const MOST_RSS = 250 * 1024 * 1024;
const FRAME = 60_000;

promised(
  {
    id: 'H6',
    says: 'netwatch decompresses data as a stream in flat memory, and only when it reads a capture or records: HTTP bodies in packets stay compressed, and a probe does not ask for compressed bodies.',
    tested: `A gzip of a capture of ${MEGABYTES} MB of zeros, a gzip of ${MEGABYTES} MB that are not a capture, gzip in gzip, and an HTTP answer whose body is such a bomb, in packets and from a server that is probed.`,
    notPromised:
      'The size of a decompressed capture has no limit, because real captures have none: reading it takes the time that its packets take. netwatch never shows decompressed bodies, so there is no ratio to set.',
    skipped: null,
    timeoutMs: 180_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-h6-'));
    const at = (name: string): string => path.join(folder, name);
    try {
      const header = pcap([]);
      const record = Buffer.concat([words(true, 0, 0, FRAME, FRAME), Buffer.alloc(FRAME)]);
      await bomb(at('capture.gz'), header, record);
      await bomb(at('zeros.gz'), Buffer.alloc(0), Buffer.alloc(FRAME));
      fs.writeFileSync(at('twice.gz'), zlib.gzipSync(fs.readFileSync(at('capture.gz'))));
      const capture = await measured(['stats', '-r', at('capture.gz'), '--by', 'summary', '--json']);
      expect(capture.status).toBe(0);
      expect(recordsOf(capture.stdout)).toMatchObject([{ packets: recordsIn() }]);
      expect(capture.rssBytes).toBeLessThan(MOST_RSS);
      for (const name of ['zeros.gz', 'twice.gz']) {
        const refused = await measured(['stats', '-r', at(name)]);
        expect([name, refused.status]).toEqual([name, 65]);
        expect(refused.rssBytes).toBeLessThan(MOST_RSS);
      }
      const body = zlib.gzipSync(Buffer.alloc(50_000_000));
      await inPackets(at('body.pcap'), body);
      await fromServer(body);
      const ratio = (MEGABYTES * 1e6) / fs.statSync(at('capture.gz')).size;
      return `${MEGABYTES} MB from a gzip of ${(fs.statSync(at('capture.gz')).size / 1e6).toFixed(1)} MB (1:${ratio.toFixed(0)}) read in ${(capture.rssBytes / 1e6).toFixed(0)} MB of memory; 0 bodies decompressed`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

const recordsIn = (): number => Math.ceil((MEGABYTES * 1e6) / FRAME);

async function bomb(file: string, header: Uint8Array, piece: Buffer): Promise<void> {
  const gzip = zlib.createGzip({ level: 1 });
  const written = once(gzip.pipe(fs.createWriteStream(file)), 'close');
  gzip.write(header);
  for (let count = recordsIn(); count > 0; count--) if (!gzip.write(piece)) await once(gzip, 'drain');
  gzip.end();
  await written;
}

/** The body counts as it was on the wire, and nothing of it is unpacked. */
async function inPackets(file: string, body: Buffer): Promise<void> {
  const conversation = new TcpConversation(80);
  conversation.client('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  conversation.server(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
  for (let from = 0; from < body.length; from += 1400) conversation.server([...body.subarray(from, from + 1400)]);
  fs.writeFileSync(file, pcap(conversation.frames.map((bytes) => ({ bytes }))));
  const { status, out } = await runInProcess(['stats', '-r', file, '--by', 'http', '--json']);
  const [request] = recordsOf<{ response_bytes: number }>(out);
  expect([status, request!.response_bytes - body.length < 1000]).toEqual([0, true]);
}

async function fromServer(body: Buffer): Promise<void> {
  const asked: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.headers['accept-encoding'] as string | undefined);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const probed = await measured(['probe', `http://127.0.0.1:${port}/`, '-c', '1', '--json']);
    expect([probed.status, asked.every((coding) => coding === undefined || coding === 'identity')]).toEqual([0, true]);
    expect(probed.rssBytes).toBeLessThan(MOST_RSS);
  } finally {
    server.close();
  }
}
