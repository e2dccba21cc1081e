import type { Octets } from './headers.ts';
import { zeros } from './headers.ts';
import { crypto, DRAFT_29, initial, longPacket, retry, V1, V2, type Version, versionNegotiation } from './quic.ts';
import { clientHello, handshake, helloRetryRequest, serverHello, serverName, versions } from './tls.ts';

/** Conversations of QUIC whose hellos are not found by ports alone, and what they are made of. */

export const padded = (frames: Octets): number[] => [...frames, ...zeros(Math.max(0, 300 - frames.length))];

/** The ids of a connection, of its first packet and of both sides, and what each side says in its Initial packets. */
export class Peers {
  readonly first: Octets;
  readonly client: Octets;
  readonly server: Octets;
  readonly version: Version;
  private readonly numbers = { client: 0, server: 0 };

  constructor(id: number, { version = V1, client = [0x22, 2, 2, 2, 2, 2, 2, id] }: Partial<Peers> = {}) {
    this.first = [0x11, 1, 1, 1, 1, 1, 1, id];
    this.client = client;
    this.server = [0x33, 3, 3, 3, 3, 3, 3, id];
    this.version = version;
  }

  /** To the id that the client chose first. */
  ask(frames: Octets, version = this.version): number[] {
    const { first, client: source } = this;
    return initial(padded(frames), { version, first, source, number: this.numbers.client++ });
  }

  /** To the id that the server chose, after its first packet. */
  go(frames: Octets, version = this.version): number[] {
    const { first, client: source, server: destination } = this;
    return initial(padded(frames), { version, first, source, destination, number: this.numbers.client++ });
  }

  answer(frames: Octets, version = this.version): number[] {
    const { first, client: destination, server: source } = this;
    const number = this.numbers.server++;
    return initial(padded(frames), { version, first, source, destination, side: 'server', number });
  }
}

const message = (name: string): number[] =>
  handshake(1, clientHello({ extensions: [serverName(name), versions(0x0304)] }));
export const A = message('a.example');
const B = message('b.example');
export const HELLO_A = crypto(0, A);
export const HELLO_B = crypto(0, B);
export const [A_BEGINNING, A_MIDDLE, A_END] = [
  crypto(0, A.slice(0, 20)),
  crypto(20, A.slice(20, 50)),
  crypto(50, A.slice(50)),
];
export const A_REST = crypto(20, A.slice(20));
export const ACK: Octets = [2, 0, 0, 0, 0];
export const SERVER = handshake(2, serverHello(0x1301, []));
export const ANSWER_1 = crypto(0, SERVER);
export const ANSWER_2 = crypto(0, handshake(2, serverHello(0x1302, [])));
const ASK_AGAIN = handshake(2, helloRetryRequest(0x1301));
export const HELLO_AGAIN = crypto(A.length, B);
const [AGAIN_BEGINNING, AGAIN_END] = [crypto(A.length, B.slice(0, 20)), crypto(A.length + 20, B.slice(20))];
const LAST = handshake(2, serverHello(0x1303, []));
const LAST_BEGINNING = crypto(ASK_AGAIN.length, LAST.slice(0, 30));
const ANSWER_AGAIN = crypto(ASK_AGAIN.length, LAST);

/** Which side sent a datagram, and the hellos that it completes: the names asked for, the ciphers chosen. */
export type Turn = readonly [sender: 'C' | 'S', datagram: Octets, hellos?: string];
export interface Conversation {
  readonly turns: (id: number) => readonly Turn[];
  /**
   * What tshark 4.0 does not read: it does not look back, keeps one version and one connection for an id, one handshake
   * for two ports, and shows no hello twice.
   */
  readonly isBeyondTshark?: true;
}

export const CONVERSATIONS: Readonly<Record<string, Conversation>> = {
  'one connection': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', [...one.answer(ANSWER_1), ...longPacket(2, one.client, zeros(30))], '1301'],
        ['C', one.go(ACK)],
      ];
    },
  },
  'another connection with ids of its own': {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id)];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer([...ACK, ...ANSWER_1]), '1301'],
        ['C', [0x41, ...one.server, ...zeros(40)]],
        ['C', other.ask(HELLO_B), 'b.example'],
        ['S', other.answer(ANSWER_2), '1302'],
      ];
    },
  },
  'another connection, begun by the other side': {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id)];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(ANSWER_1), '1301'],
        ['S', other.ask(HELLO_B), 'b.example'],
        ['C', other.answer(ANSWER_2), '1302'],
      ];
    },
  },
  'another connection of a client without ids': {
    turns: (id) => {
      const [one, other] = [new Peers(id, { client: [] }), new Peers(100 + id, { client: [] })];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(ANSWER_1), '1301'],
        ['C', other.ask(HELLO_B), 'b.example'],
        ['S', other.answer(ANSWER_2), '1302'],
      ];
    },
    isBeyondTshark: true,
  },
  'two connections at once': {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id)];
      return [
        ['C', one.ask(A_BEGINNING)],
        ['C', other.ask(HELLO_B), 'b.example'],
        ['C', one.ask(A_REST), 'a.example'],
        ['S', one.answer(ANSWER_1), '1301'],
        ['S', other.answer(ANSWER_2), '1302'],
      ];
    },
    isBeyondTshark: true,
  },
  'a hello sent again is one': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['C', one.ask(HELLO_A)],
        ['S', one.answer(ANSWER_1), '1301'],
        ['S', one.answer(ANSWER_1)],
        ['C', one.ask(HELLO_A)],
        ['C', one.go(HELLO_A)],
      ];
    },
    isBeyondTshark: true,
  },
  HelloRetryRequest: {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(crypto(0, ASK_AGAIN)), '1301'],
        ['C', one.go(HELLO_AGAIN), 'b.example'],
        ['S', one.answer(ANSWER_AGAIN), '1303'],
      ];
    },
  },
  'HelloRetryRequest, in pieces that overlap': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(A_BEGINNING)],
        ['C', one.ask([...A_END, ...A_MIDDLE]), 'a.example'],
        ['S', one.answer(crypto(10, ASK_AGAIN.slice(10)))],
        ['S', one.answer(crypto(0, ASK_AGAIN.slice(0, 15))), '1301'],
        ['C', one.go(AGAIN_END)],
        ['C', one.go(crypto(0, [...A, ...B.slice(0, 20)])), 'b.example'],
        ['S', one.answer(crypto(0, [...ASK_AGAIN, ...SERVER])), '1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'HelloRetryRequest, captured after the hello that it asks for': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['C', one.ask([...AGAIN_BEGINNING, ...AGAIN_END]), 'b.example'],
        ['S', one.answer([...crypto(0, ASK_AGAIN), ...ANSWER_AGAIN]), '1301 1303'],
      ];
    },
    isBeyondTshark: true,
  },
  'HelloRetryRequest and what follows it, in one datagram': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer([...crypto(0, ASK_AGAIN), ...LAST_BEGINNING]), '1301'],
        ['C', [...one.go(AGAIN_BEGINNING), ...one.go(AGAIN_END)], 'b.example'],
        ['S', [...one.answer(ACK), ...one.answer(ANSWER_AGAIN)], '1303'],
      ];
    },
  },
  Retry: {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id, { client: new Peers(id).client })];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', retry(one.client, other.first, [1, 2, 3])],
        [
          'C',
          initial(padded(HELLO_A), { first: other.first, source: one.client, token: [1, 2, 3], number: 1 }),
          'a.example',
        ],
        ['S', other.answer(ANSWER_1), '1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a version of the server, of the same ids': {
    turns: (id) => {
      const [one, other] = [new Peers(id, { version: DRAFT_29 }), new Peers(id)];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', versionNegotiation(one.client, one.first, V2, V1)],
        ['C', other.ask(HELLO_B), 'b.example'],
        ['S', other.answer(ANSWER_1), '1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a version of the server, of other ids': {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id, { version: V2 })];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', versionNegotiation(one.client, one.first, V2)],
        ['C', other.ask(HELLO_B), 'b.example'],
        ['S', other.answer(ANSWER_2), '1302'],
      ];
    },
  },
  'a version of the server, after one nobody knows': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A).with(1, 0x77)],
        ['S', versionNegotiation(one.client, one.first, V1)],
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(ANSWER_1), '1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a compatible version: 1, then 2': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(ANSWER_1, V2), '1301'],
        ['C', one.go(ACK, V2)],
      ];
    },
  },
  'a compatible version: 2, then 1': {
    turns: (id) => {
      const one = new Peers(id, { version: V2 });
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(ANSWER_1, V1), '1301'],
      ];
    },
  },
  'a compatible version: draft 29, then 1': {
    turns: (id) => {
      const one = new Peers(id, { version: DRAFT_29 });
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(ANSWER_1, V1), '1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a compatible version after a HelloRetryRequest': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', one.answer(crypto(0, ASK_AGAIN), V2), '1301'],
        ['C', one.go(AGAIN_BEGINNING, V2)],
        ['C', one.go(AGAIN_END, V2), 'b.example'],
        ['S', one.answer(ANSWER_AGAIN, V2), '1303'],
      ];
    },
  },
  'a packet of the server first': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['S', one.answer(ANSWER_1)],
        ['C', one.ask(HELLO_A), 'a.example 1301'],
        ['S', one.answer(ANSWER_1)],
      ];
    },
    isBeyondTshark: true,
  },
  'packets of the server first, of a compatible version, after an acknowledgement': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['S', one.answer(ACK)],
        ['S', [...one.answer(crypto(0, SERVER.slice(0, 3)), V2), ...longPacket(2, one.client, zeros(30), V2)]],
        ['S', one.answer(ANSWER_1, V2)],
        ['C', one.ask(HELLO_A), 'a.example 1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a packet of the server between the pieces of the hello': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(A_END)],
        ['S', one.answer(ANSWER_1)],
        ['C', one.ask(A_BEGINNING)],
        ['C', one.ask(A_MIDDLE), 'a.example 1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a packet of the server before the hello of another connection': {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id)];
      return [
        ['C', one.ask(HELLO_A), 'a.example'],
        ['S', other.answer(ANSWER_2)],
        ['S', one.answer(ANSWER_1), '1301'],
        ['C', other.ask(HELLO_B), 'b.example 1302'],
      ];
    },
    isBeyondTshark: true,
  },
  'a packet of the client to the id of the server first': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.go([...A_MIDDLE, ...A_END])],
        ['S', one.answer(ANSWER_1)],
        ['C', one.ask(A_BEGINNING), 'a.example 1301'],
      ];
    },
    isBeyondTshark: true,
  },
  'a client alone': {
    turns: (id) => {
      const one = new Peers(id);
      return [
        ['C', one.ask(A_BEGINNING)],
        ['C', one.go([...A_MIDDLE, ...A_END]), 'a.example'],
        ['C', one.go(HELLO_AGAIN), 'b.example'],
      ];
    },
    isBeyondTshark: true,
  },
  '0-RTT behind the hello, and before it': {
    turns: (id) => {
      const [one, other] = [new Peers(id), new Peers(100 + id)];
      return [
        ['C', [...one.ask(HELLO_A), ...longPacket(1, one.first, zeros(30))], 'a.example'],
        ['S', one.answer(ANSWER_1), '1301'],
        ['C', longPacket(1, other.first, zeros(30))],
        ['C', other.ask(HELLO_B), 'b.example'],
        ['S', other.answer(ANSWER_2), '1302'],
      ];
    },
  },
};
