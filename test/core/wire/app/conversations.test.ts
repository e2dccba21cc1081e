import { expect, test } from 'vitest';
import { DATAGRAMS, type Said, TALKS } from '../../../support/conversations.ts';
import { udpFrame } from '../../../support/frames.ts';
import { ascii, type Octets } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, everyConversationDamaged, everyPrefixAndFlip, print } from '../../../support/wire.ts';

const bytesOf = (payload: string | Octets): Octets => (typeof payload === 'string' ? ascii(payload) : payload);

/** The frames of a conversation, and how each segment is shown: its layers above TCP, and what the topmost says. */
function play(port: number, said: readonly Said[]): { frames: readonly Uint8Array[]; shown: readonly string[] } {
  const connection = new TcpConversation(port);
  const shown = said.map(([sender, payload]) => {
    const path = sender === 'C' ? connection.client(payload) : connection.server(payload);
    return `${path.replace(/^tcp\/?/, '')} ${JSON.stringify(print(connection.packet).info.at(-1) ?? '')}`;
  });
  return { frames: connection.frames, shown };
}

/**
 * A line for each segment that is sent twice, or in two parts: how these are shown, and which later ones are shown
 * otherwise than before. Cuts side by side that come to the same are one line; long segments are cut at every seventh byte.
 */
function segmentations(port: number, said: readonly Said[]): string {
  const lines: string[] = [];
  const usual = play(port, said).shown;
  said.forEach(([sender, payload], index) => {
    const bytes = bytesOf(payload);
    const replaced = (...steps: Said[]): string => {
      const { shown } = play(port, said.toSpliced(index, 1, ...steps));
      const later = shown.slice(index + steps.length);
      const others = later.flatMap((one, at) => {
        const place = index + 1 + at;
        return one === usual[place] ? [] : [`[${place}] ${one}`];
      });
      return [...shown.slice(index, index + steps.length), ...others].join(' | ');
    };
    lines.push(`  ${index} twice: ${replaced([sender, [...bytes, ...bytes]])}`);
    let first = 1;
    let before = '';
    const step = bytes.length > 128 ? 7 : 1;
    for (let cut = 1; cut < bytes.length + step; cut += step) {
      const shown =
        cut < bytes.length ? replaced([sender, bytes.slice(0, cut)], [sender, bytes.slice(cut)]) : 'the end';
      if (shown === before) continue;
      if (before !== '') lines.push(`  ${index} cut at ${first}-${cut - step}: ${before}`);
      [first, before] = [cut, shown];
    }
  });
  return lines.join('\n');
}

test.each(Object.entries(TALKS))('%s: whole, damaged, twice and cut', async (name, { port, said }) => {
  const { frames } = play(port, said);
  const text = `${everyConversationDamaged(frames, 54)}${segmentations(port, said)}\n`;
  await expect(text).toMatchFileSnapshot(damageFile(`talk ${name}`));
});

test('datagrams by their content alone', async () => {
  const short = Object.entries(DATAGRAMS).filter(([, payload]) => payload.length <= 300);
  const damage = short.map(
    ([name, payload]) => `${name}: ${everyPrefixAndFlip(udpFrame({ srcPort: 40_000, dstPort: 9999 }, payload))}`,
  );
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('datagrams by content'));
});
