import fs from 'node:fs';
import path from 'node:path';
import { openCaptureReader } from '../../src/core/capture/open-capture-reader.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import { sourceOf } from '../support/captures.ts';
import { pathOf } from '../support/wire.ts';
import type { Stock } from './mutate-bytes.ts';
import { sampleFrames } from './samples/sample-frames.ts';
import { wordsOf } from './samples/words.ts';
import type { Conversation, Turn } from './stream.ts';

declare const FUZZ_ROOT: string;

/** The checkout. */
export const ROOT = FUZZ_ROOT;

export interface Frame {
  readonly bytes: Uint8Array;
  readonly linkType: number;
}

/** A file that may be damaged as a whole. */
export interface SampleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What inputs are made of. */
export interface Corpus {
  readonly frames: readonly Frame[];
  readonly conversations: readonly Conversation[];
  readonly linkTypes: readonly number[];
  readonly captures: readonly SampleFile[];
  readonly stock: Stock;
  /** Folders of samples that are not there. */
  readonly missing: readonly string[];
}

/** Captures of the checkout, and those that may lie beside it. */
const FOLDERS = [
  'test/captures',
  '../shared/cases',
  '../shared/cases/beside',
  '../shared/corpus/malformed',
  '../shared/corpus/pcapng-suite',
  '../shared/corpus/dev',
];
const MOST_PACKETS_OF_A_FILE = 2000;
const MOST_FRAMES_OF_A_PATH = 12;
const MOST_CONVERSATIONS_OF_A_PATH = 16;
const MOST_TURNS = 32;
const LONGEST_TURN = 4096;
/** Files past this are read for their packets alone. */
const LARGEST_FILE = 16 * 1024;

export async function loadCorpus(): Promise<Corpus> {
  const gathered = new Gathered();
  for (const frames of await sampleFrames()) gathered.add(frames);
  const missing: string[] = [];
  const captures: SampleFile[] = [];
  for (const folder of FOLDERS) {
    const files = captureFiles(path.join(ROOT, folder));
    if (files === null) missing.push(folder);
    for (const file of files ?? []) {
      const bytes = Uint8Array.from(fs.readFileSync(file));
      if (bytes.length <= LARGEST_FILE) captures.push({ name: path.basename(file), bytes });
      gathered.add(await packetsOf(bytes));
    }
  }
  const { frames, conversations } = gathered;
  return {
    frames,
    conversations,
    linkTypes: [...REGISTRY.linkTypes.keys()],
    captures,
    stock: { other: (prng) => prng.of(frames).bytes, words: wordsOf(conversations) },
    missing,
  };
}

function captureFiles(folder: string): readonly string[] | null {
  if (!fs.existsSync(folder)) return null;
  const names = fs.readdirSync(folder).filter((name) => /\.(?:pcap|pcapng|cap)$/.test(name));
  return names.sort().map((name) => path.join(folder, name));
}

/** The first packets of a capture; of what is none, none. */
export async function packetsOf(bytes: Uint8Array): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  try {
    const reader = await openCaptureReader(sourceOf(bytes), 64 * 1024);
    const packet = new Packet();
    while (frames.length < MOST_PACKETS_OF_A_FILE && (await reader.fill())) {
      while (frames.length < MOST_PACKETS_OF_A_FILE && reader.next(packet)) {
        frames.push({ bytes: packet.frame.slice(packet.frameStart, packet.frameEnd), linkType: packet.linkType });
      }
    }
  } catch {
    // malformed samples need not be readable
  }
  return frames;
}

/** What tells samples apart. */
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 256)).toString('latin1');

/** Frames and conversations, a few of each kind. */
class Gathered {
  readonly frames: Frame[] = [];
  readonly conversations: Conversation[] = [];
  private readonly seen = new Map<string, number>();

  /** Frames that belong together, in order. */
  add(frames: readonly Frame[]): void {
    const dissector = new Dissector(REGISTRY);
    const packet = new Packet();
    const talks = new Map<
      unknown,
      { path: string; turns: Turn[]; transport: number; ports: readonly [number, number] }
    >();
    for (const frame of frames) {
      const { bytes, linkType } = frame;
      packet.begin(bytes, 0, bytes.length, bytes.length, 0, 0, 0, linkType);
      try {
        dissector.dissect(packet);
      } catch {
        continue; // a fault that is there already: its frame is a sample all the same
      } finally {
        const path = `frame ${linkType} ${pathOf(packet)}`;
        if (this.isNew(textOf(bytes), 1) && this.isNew(path, MOST_FRAMES_OF_A_PATH)) this.frames.push(frame);
      }
      const { flow, payloadStart, payloadEnd, payloadBytes, direction, transport } = packet;
      if (flow === null || payloadEnd <= payloadStart || (transport !== 6 && transport !== 17)) continue;
      let talk = talks.get(flow);
      if (talk === undefined) {
        talk = { path: '', turns: [], transport, ports: [flow.aPort, flow.bPort] };
        talks.set(flow, talk);
      }
      const path = pathOf(packet);
      if (path.length > talk.path.length) talk.path = path;
      if (talk.turns.length === MOST_TURNS) continue;
      const end = Math.min(payloadEnd, payloadStart + LONGEST_TURN);
      talk.turns.push({ side: direction, bytes: Uint8Array.from(payloadBytes.subarray(payloadStart, end)) });
    }
    for (const { path, turns, transport, ports } of talks.values()) {
      const kind = `${turns.length > 4 ? 'long' : 'short'} ${path}`;
      const said = turns.map(({ side, bytes }) => `${side} ${textOf(bytes)}`).join('\n');
      if (!this.isNew(`${kind} ${said}`, 1) || !this.isNew(kind, MOST_CONVERSATIONS_OF_A_PATH)) continue;
      this.conversations.push({ transport: transport as 6 | 17, clientPort: ports[0], serverPort: ports[1], turns });
    }
  }

  private isNew(kind: string, most: number): boolean {
    const count = this.seen.get(kind) ?? 0;
    this.seen.set(kind, count + 1);
    return count < most;
  }
}
