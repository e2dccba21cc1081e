import fs from 'node:fs';
import path from 'node:path';
import { keyLogOf } from '../../../src/core/keylog/file-secrets.ts';
import { SessionSecrets } from '../../../src/core/keylog/session-secrets.ts';
import { stream } from '../../../src/core/record/tables/stream.ts';
import { PlaintextFollower } from '../../../src/core/stream/plaintext-follower.ts';
import { StreamSurvey } from '../../../src/core/stream/stream-survey.ts';
import { StreamHex, StreamLines } from '../../../src/core/stream/stream-text.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { infoOf } from '../../../src/core/wire/packet-text.ts';
import { checkRow, checkShown } from '../checks.ts';
import { type Frame, packetsOf, ROOT } from '../corpus.ts';
import { checkDissector } from '../dissector-faults.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { FRAMES, FrameSource } from '../packets.ts';
import type { Prng } from '../prng.ts';
import { type Input, type Piece, piece, type Target } from '../target.ts';

const MOST_FRAMES = 160;
const MOST_SECRETS = 32;

/** A capture with the key log of its sessions. */
interface Keyed {
  readonly frames: readonly Frame[];
  readonly keys: Uint8Array;
}

/** Key logs and blocks of keys, good and damaged, and what is decrypted with them: most frames are whole, so that much is. */
export const keys: Target = {
  name: 'keys',
  share: 48,
  async open(corpus) {
    const captures = await keyedCaptures();
    const source = new FrameSource();
    const make = (prng: Prng): Input => {
      const { frames, keys: log } = prng.of(captures);
      const lines = prng.once(3) ? mutateBytes(prng, log, corpus.stock, true) : log;
      const pieces: Piece[] = [piece(lines, prng.below(3), 1 + prng.below(400))];
      const start = prng.once(3) ? 0 : prng.below(frames.length);
      for (const { bytes, linkType } of frames.slice(start, start + 1 + prng.below(MOST_FRAMES))) {
        if (prng.once(60)) continue; // the capture lost it
        pieces.push(piece(prng.once(25) ? mutateBytes(prng, bytes, corpus.stock, true) : bytes, linkType, 0, 0));
      }
      return { form: FRAMES, numbers: [], pieces };
    };
    return { make, run: (input) => decrypt(source, input) };
  },
};

async function keyedCaptures(): Promise<readonly Keyed[]> {
  const folder = path.join(ROOT, 'test/captures');
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.keys'));
  return Promise.all(
    names.sort().map(async (name) => ({
      frames: await packetsOf(Uint8Array.from(fs.readFileSync(path.join(folder, name.replace('.keys', '.pcap'))))),
      keys: Uint8Array.from(fs.readFileSync(path.join(folder, name))),
    })),
  );
}

function decrypt(source: FrameSource, input: Input): void {
  const [log, ...pieces] = input.pieces;
  if (log === undefined) return;
  const plain = [new StreamLines(), new StreamHex()];
  const follower = new PlaintextFollower(
    () => true,
    (_flow, part) => {
      for (const text of plain) checkShown(text.add(part), 'follow --tls', true);
    },
  );
  const dissector = new Dissector(REGISTRY, { secrets: secretsOf(log), plaintext: follower });
  const survey = new StreamSurvey(0, () => true, follower);
  source.feed({ ...input, pieces }, (packet) => {
    dissector.dissect(packet);
    survey.ingest(packet);
    infoOf(packet);
  });
  for (const row of survey.rows(dissector.flows.flows)) checkRow(stream, row);
  for (const flow of dissector.flows.flows) follower.encryptedOf(flow);
  checkDissector(dissector);
}

/** The key log in pieces, as a whole, or as the body of a block of keys; few are kept. */
function secretsOf({ bytes, numbers: [way = 0, length = 1] }: Piece): SessionSecrets {
  const secrets = new SessionSecrets(null, way === 0 ? MOST_SECRETS : undefined);
  if (way === 1) secrets.addWhole(bytes);
  else if (way === 2) {
    const block = new Uint8Array(8 + bytes.length);
    const view = new DataView(block.buffer);
    view.setUint32(0, 0x544c534b, true);
    view.setUint32(4, length % 7 === 0 ? length * 0xffff : bytes.length, true);
    block.set(bytes, 8);
    const text = keyLogOf(block);
    if (text !== null) secrets.addWhole(text);
  } else {
    for (let at = 0; at < bytes.length; at += length) secrets.add(bytes.subarray(at, at + length));
    secrets.end();
  }
  return secrets;
}
