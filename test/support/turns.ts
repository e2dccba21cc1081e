import { TcpConversation } from './tcp-conversation.ts';
import { type TimedFrame, tsharkFields } from './tshark.ts';
import { print } from './wire.ts';

/**
 * What a client or a server sends, and how a protocol is shown for that segment: by its name, with `+` where it was put
 * together from several, or not at all; then, if that matters, what it says.
 */
export type Turn = readonly [sender: 'C' | 'S', payload: string | readonly number[], shown: string, info?: string];

export interface Played {
  readonly frames: readonly Uint8Array[];
  readonly shown: readonly string[];
  /** Of the topmost layer, for the turns that have an expectation. */
  readonly infos: readonly (string | undefined)[];
}

/** A connection to `port` after its handshake, as netwatch shows `protocol` in it. */
export function playTurns(protocol: string, port: number, turns: readonly Turn[], clientPort?: number): Played {
  const connection = new TcpConversation(port, clientPort);
  const infos: (string | undefined)[] = [];
  const shown = turns.map(([sender, payload, , info]) => {
    const path = sender === 'C' ? connection.client(payload) : connection.server(payload);
    infos.push(info === undefined ? undefined : print(connection.packet).info.at(-1));
    const names = path.split('/');
    return names.includes(protocol) ? (names.includes('tcp.segments') ? `${protocol}+` : protocol) : '';
  });
  return { frames: connection.frames, shown, infos };
}

/** How tshark shows `protocol` in these frames. */
function tsharkShows(protocol: string, frames: readonly TimedFrame[]): readonly string[] {
  return tsharkFields(frames, ['frame.protocols', 'tcp.segments']).map((line) => {
    const [protocols = '', segments] = line.split('\t');
    return protocols.split(':').includes(protocol) ? (segments === '' ? protocol : `${protocol}+`) : '';
  });
}

/** Whether tshark shows it as these conversations say: what it shows, and what was expected. */
export function tsharkOn(
  protocol: string,
  port: number,
  conversations: readonly (readonly Turn[])[],
): readonly [said: readonly string[], expected: readonly string[]] {
  const frames = conversations.flatMap((turns, index) => playTurns(protocol, port, turns, 41_000 + index).frames);
  const said = tsharkShows(
    protocol,
    frames.map((bytes) => ({ bytes })),
  );
  return [said, conversations.flatMap((turns) => ['', '', ...turns.map(([, , shown]) => shown)])];
}
