import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NO_OPTIONS } from '../../src/core/capture/capture-reader.ts';
import { PcapngWriter } from '../../src/core/capture/pcapng-writer.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import { runTool } from './tool.ts';

export interface TimedFrame {
  readonly bytes: Uint8Array;
  readonly linkType?: number;
  /** From the first frame; the place in the list unless told. */
  readonly milliseconds?: number;
}

/** What tshark says of each frame of a capture of these: a line for a frame, its fields parted by tabs. */
export function tsharkFields(
  frames: readonly TimedFrame[],
  fields: readonly string[],
  options: readonly string[] = [],
): readonly string[] {
  const said = tshark(frames, [...options, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]);
  return said.split('\n').slice(0, -1);
}

/** Items that netwatch does not count. */
const UNCOUNTED = /^(data|data-text-lines|_ws\.malformed|_ws\.short|ftp\.current-working-directory)$/;

/** `tshark -z io,phs` over a capture of these: in how many frames each path was found. */
export function tsharkHierarchy(frames: readonly TimedFrame[]): ReadonlyMap<string, number> {
  const found = hierarchyIn(tshark(frames, ['-q', '-z', 'io,phs']));
  return new Map([...found].map(([path, { packets }]) => [path, packets]));
}

/** What `tshark -q -z io,phs` printed, by path. */
export function hierarchyIn(
  printed: string,
): ReadonlyMap<string, { readonly packets: number; readonly bytes: number }> {
  const counts = new Map<string, { packets: number; bytes: number }>();
  const above: string[] = [];
  for (const line of printed.split('\n')) {
    const [, indent, name, packets, bytes] = /^( *)(\S+) +frames:(\d+) bytes:(\d+)/.exec(line) ?? [];
    if (name === undefined) continue;
    const depth = indent!.length / 2;
    above.length = depth;
    above.push(name);
    if (!UNCOUNTED.test(name)) counts.set(above.join('/'), { packets: Number(packets), bytes: Number(bytes) });
  }
  return counts;
}

function tshark(frames: readonly TimedFrame[], args: readonly string[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'netwatch-tshark-'));
  try {
    const file = path.join(directory, 'frames.pcapng');
    writeFileSync(file, pcapngOf(frames));
    return runTool('tshark', ['-n', '-r', file, ...args]).stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function pcapngOf(frames: readonly TimedFrame[]): Uint8Array {
  const writer = new PcapngWriter();
  const interfaces = new Map<number, { name: null; linkType: number; snapLength: number; nanoseconds: boolean }>();
  const packet = new Packet();
  frames.forEach(({ bytes, linkType = 1, milliseconds }, index) => {
    const from = interfaces.get(linkType) ?? { name: null, linkType, snapLength: 0, nanoseconds: false };
    interfaces.set(linkType, from);
    const time = milliseconds ?? index;
    const seconds = 1_700_000_000 + Math.floor(time / 1000);
    const nanoseconds = Math.round((time % 1000) * 1e6);
    packet.begin(bytes, 0, bytes.length, bytes.length, seconds, nanoseconds, 0, linkType);
    writer.add(packet, from, null, NO_OPTIONS);
  });
  return writer.take().slice();
}
