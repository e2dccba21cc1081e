import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { ConnectionHello, helloTypeOf } from '../../../../../src/core/wire/app/tls/hello-message.ts';
import { readClientHello, readServerHello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../../src/core/wire/packet.ts';
import { ethernet, ipv4Frame, ipv6, type Octets, udp, zeros } from '../../../../support/headers.ts';
import { crypto, initial, V1, V2, type Version } from '../../../../support/quic.ts';
import {
  A,
  A_BEGINNING,
  A_REST,
  ACK,
  ANSWER_1,
  ANSWER_2,
  CONVERSATIONS,
  HELLO_A,
  HELLO_AGAIN,
  HELLO_B,
  Peers,
  padded,
  SERVER,
  type Turn,
} from '../../../../support/quic-conversations.ts';
import { toolIsMissing } from '../../../../support/tool.ts';
import { tsharkFields } from '../../../../support/tshark.ts';
import { damageFile, dissectFrame, everyConversationDamaged } from '../../../../support/wire.ts';

type Family = 'IPv4' | 'IPv6';
/** The frame of a datagram between `port` of the client and 4433 of the server. */
function frameOf([sender, datagram]: Turn, port: number, family: Family): Uint8Array {
  const payload = sender === 'C' ? udp(port, 4433, datagram) : udp(4433, port, datagram);
  const [here, there] = [1, 2].map((last) => [10, 0, 0, last]) as [number[], number[]];
  if (family === 'IPv4') {
    return ipv4Frame(17, payload, sender === 'C' ? { from: here, to: there } : { from: there, to: here });
  }
  const header = ipv6(17, payload);
  const [from, to] = sender === 'C' ? [1, 2] : [2, 1];
  return Uint8Array.from(ethernet(0x86dd, header.with(23, from!).with(39, to!)));
}

const hex4 = (value: number): string => value.toString(16).padStart(4, '0');
function hellosOf(packet: Packet): string {
  const found = packet.messages.slice(0, packet.messageCount).map((one) => {
    const { bytes, start, end } = one;
    if (helloTypeOf(one) === 1) return readClientHello(bytes, start, end, false)!.serverName;
    return hex4(readServerHello(bytes, start, end)!.ciphers[0]!);
  });
  return found.join(' ');
}

function play(turns: readonly Turn[], family: Family = 'IPv4', dissector = new Dissector(REGISTRY)): readonly string[] {
  const packet = new Packet();
  return turns.map((turn) => hellosOf(dissectFrame(frameOf(turn, 50_000, family), 1, dissector, { packet })));
}
const expected = (turns: readonly Turn[]): readonly string[] => turns.map(([, , hellos = '']) => hellos);

describe.each(['IPv4', 'IPv6'] as const)('hellos over %s', (family) => {
  test.each(Object.entries(CONVERSATIONS))('%s', (_, { turns }) => {
    const dissector = new Dissector(REGISTRY);
    expect(play(turns(1), family, dissector)).toEqual(expected(turns(1)));
    expect(dissector.hellos.held).toBe(0);
  });
});

test.skipIf(toolIsMissing('tshark'))('tshark finds the same', () => {
  const conversations = Object.values(CONVERSATIONS).filter(({ isBeyondTshark }) => isBeyondTshark !== true);
  const turns = conversations.flatMap((one, index) => one.turns(index).map((turn) => ({ turn, port: 50_000 + index })));
  const frames = turns.map(({ turn, port }) => ({ bytes: frameOf(turn, port, 'IPv4') }));
  const said = tsharkFields(frames, ['tls.handshake.type']);
  const types = expected(turns.map(({ turn }) => turn)).map((hellos) =>
    hellos.replace(/\w+\.example/, '1').replace(/1\d{3}/, '2'),
  );
  expect(said).toEqual(types);
});

/** Packets to and from ids that nothing is known of, and whose keys nobody has. */
const stray = (index: number, version = V1): number[] =>
  initial(padded(ACK), { version, first: [9, index], destination: [8, index], source: [7], side: 'server' });
const strays = (count: number): readonly Turn[] =>
  Array.from({ length: count }, (_, index): Turn => ['C', stray(index)]);

test('packets of unknown keys are tried 32 times, and again after a connection', () => {
  const [one, other] = [new Peers(1), new Peers(2)];
  const [ask, again]: readonly Turn[] = [
    ['C', one.ask(HELLO_A)],
    ['C', other.ask(HELLO_B)],
  ];
  expect(play([...strays(31), ask!]).at(-1)).toBe('a.example');
  expect(play([...strays(32), ask!]).at(-1)).toBe('');
  expect(play([...strays(31), ask!, ...strays(31), again!]).at(-1)).toBe('b.example');
  expect(play([...strays(31), ask!, ...strays(32), again!]).at(-1)).toBe('');
});

test('of packets that wait for keys the last four are kept, of 2,048 bytes at most', () => {
  const one = new Peers(1);
  const waiting = (count: number, length = 0): readonly string[] =>
    play([['S', one.answer([...ANSWER_1, ...zeros(length)])], ...strays(count), ['C', new Peers(1).ask(HELLO_A)]]);
  expect(waiting(3).at(-1)).toBe('a.example 1301');
  expect(waiting(4).at(-1)).toBe('a.example');
  const rest = 2048 - new Peers(1).answer([...ANSWER_1, ...zeros(1000)]).length + 1000;
  expect(waiting(0, rest).at(-1)).toBe('a.example 1301');
  expect(waiting(0, rest + 1).at(-1)).toBe('a.example');
});

test('four connections of the same ports are told apart', () => {
  const among = (count: number): string => {
    const peers = Array.from({ length: count }, (_, index) => new Peers(index));
    const asked = peers.map((one): Turn => ['C', one.ask(HELLO_A)]);
    return play([...asked, ['S', peers[0]!.answer(ANSWER_1)]]).at(-1)!;
  };
  expect([among(4), among(5)]).toEqual(['1301', '']);
});

test('of connections with the same ids the last two are tried', () => {
  const among = (count: number): string => {
    const peers = Array.from({ length: count }, (_, index) => new Peers(index, { client: [] }));
    const asked = peers.map((one): Turn => ['C', one.ask(HELLO_A)]);
    return play([...asked, ['S', peers[0]!.answer(ANSWER_1)]]).at(-1)!;
  };
  expect([among(1), among(2), among(3)]).toEqual(['1301', '1301', '']);
});

test('an id that begins like another one is another one', () => {
  const [one, other] = [new Peers(1), new Peers(1)];
  const first = [...other.first, 0];
  const longer = initial(padded(HELLO_B), { first, source: other.client });
  const shorter = initial(padded(HELLO_B), { first: first.slice(0, 7), source: other.client });
  const turns: readonly Turn[] = [
    ['C', one.ask(HELLO_A)],
    ['C', longer],
    ['C', shorter],
  ];
  expect(play(turns)).toEqual(['a.example', 'b.example', 'b.example']);
});

test('the keys of a connection are tried for an unknown id while that of the server is, in the version of the client', () => {
  const toUnknown = (version: Version, ...between: readonly Turn[]): string => {
    const one = new Peers(1);
    const { first, client: source } = one;
    const again = initial(padded(HELLO_AGAIN), { version, first, source, destination: [5], number: 9 });
    return play([['C', one.ask(HELLO_A)], ...between, ['C', again]]).at(-1)!;
  };
  expect([toUnknown(V1), toUnknown(V2)]).toEqual(['b.example', '']);
  expect(toUnknown(V1, ['S', new Peers(1).answer(ACK)])).toBe('');
});

test('of a connection 32 packets are read', () => {
  const among = (count: number): string => {
    const one = new Peers(1);
    const asked = Array.from({ length: count }, (): Turn => ['C', one.ask(A_BEGINNING)]);
    return play([...asked, ['C', one.ask(A_REST)]]).at(-1)!;
  };
  expect([among(31), among(32)]).toEqual(['a.example', '']);
});

test('a handshake that begins with something else is none, nor one that is longer than hellos are', () => {
  const after = (frames: Octets): readonly string[] => {
    const one = new Peers(1);
    const dissector = new Dissector(REGISTRY);
    const turns: readonly Turn[] = [
      ['C', one.ask(frames)],
      ['C', one.ask(HELLO_A)],
      ['S', one.answer(ANSWER_1)],
    ];
    const said = play(turns, 'IPv4', dissector);
    expect(dissector.hellos.held).toBe(0);
    return said;
  };
  expect(after(crypto(0, SERVER))).toEqual(['', '', '']);
  expect(after(crypto(0, [1, 1, 0, 0]))).toEqual(['', '', '']);
  expect(after(crypto(0, A.slice(0, 4)))).toEqual(['', 'a.example', '1301']);
});

test('a hello is looked for in its own direction, with its own keys', () => {
  const [one, other] = [new Peers(1), new Peers(1)];
  expect(
    play([
      ['C', one.ask(HELLO_A)],
      ['C', one.answer(ANSWER_1)],
      ['S', other.answer(ANSWER_2)],
    ]),
  ).toEqual(['a.example', '', '1302']);
  expect(
    play([
      ['C', new Peers(1).ask(HELLO_A)],
      ['S', new Peers(1).ask(HELLO_B)],
    ]),
  ).toEqual(['a.example', 'b.example']);
});

test('hellos of a connection have the same identity, others another one', () => {
  const [one, other] = [new Peers(1), new Peers(2)];
  const dissector = new Dissector(REGISTRY);
  const turns: readonly Turn[] = [
    ['C', one.ask(HELLO_A)],
    ['C', other.ask(HELLO_B)],
    ['S', one.answer(ANSWER_1)],
  ];
  const [first, second, third] = turns.map((turn) => {
    const { messages } = dissectFrame(frameOf(turn, 50_000, 'IPv4'), 1, dissector);
    const { detail, direction } = messages[0]!;
    if (!(detail instanceof ConnectionHello)) throw new Error('no hello');
    return { ...detail, direction };
  });
  expect(first!.connection).toBe(third!.connection);
  expect(first!.connection).not.toBe(second!.connection);
  expect([first, second, third].map((hello) => [hello!.type, hello!.direction])).toEqual([
    [1, 0],
    [1, 0],
    [2, 1],
  ]);
});

test('what waits is forgotten when its connection is', () => {
  const dissector = new Dissector(REGISTRY);
  const peers = Array.from({ length: 5 }, (_, index) => new Peers(index));
  const begun = (one: Peers): Turn => ['C', one.ask(A_BEGINNING)];
  play(peers.slice(0, 4).map(begun), 'IPv4', dissector);
  const { held } = dissector.hellos;
  play([begun(peers[4]!)], 'IPv4', dissector);
  expect(held).toBeGreaterThan(0);
  expect(dissector.hellos.held).toBe(held);
});

test('damage does no harm', async () => {
  const damage: string[] = [];
  for (const name of ['HelloRetryRequest', 'a packet of the server first']) {
    const frames = CONVERSATIONS[name]!.turns(1).map((turn) => frameOf(turn, 50_000, 'IPv4'));
    damage.push(everyConversationDamaged(frames, 42));
  }
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('quic-connections'));
});
