import { expect, test } from 'vitest';
import { DnsKey } from '../../../src/core/stats/dns-key.ts';
import { PendingQueries } from '../../../src/core/stats/dns-pending.ts';
import { DnsParts, UNKNOWN } from '../../../src/core/wire/app/dns/dns-parts.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

interface Question {
  readonly questions?: number;
  readonly type?: number;
  readonly qclass?: number;
}
const NONE = { questions: 0, type: UNKNOWN, qclass: UNKNOWN };

/** Sets the key to that of a message that a client with this port sent, or got. */
function setKey(key: DnsKey, clientPort: number, name: string | null, changes: Question = {}): DnsKey {
  const parts = Object.assign(new DnsParts(), { id: 7, questions: 1, type: 1, qclass: 1 }, changes);
  const labels = name === null ? '' : `${String.fromCharCode(name.length)}${name}\0`;
  parts.name.set(Buffer.from(labels));
  parts.nameLength = labels.length;
  const packet = Object.assign(new Packet(), { ipVersion: 4, src0: 1, srcPort: clientPort, dst0: 2, dstPort: 53 });
  key.set(packet, true, 0, parts, 0xffff);
  return key;
}

/** Pending queries, each with the name it was added under in place of its row. */
class NamedQueries {
  private readonly pending = new PendingQueries();
  private readonly key = new DnsKey();
  private readonly names: string[] = [];

  add(port: number, name: string | null, changes: Question = {}, as = name): this {
    const key = setKey(this.key, port, name, changes);
    const same = this.pending.find(key);
    if (same !== 0) this.pending.remove(same);
    this.pending.add(key, this.names.push(as ?? '') - 1);
    return this;
  }

  find(port: number, name: string | null, changes: Question = {}): string | null {
    return this.nameOf(this.pending.find(setKey(this.key, port, name, changes)));
  }

  take(port: number, name: string | null, changes: Question = {}): string | null {
    const entry = this.pending.findAsked(setKey(this.key, port, name, changes));
    const found = this.nameOf(entry);
    if (entry !== 0) this.pending.remove(entry);
    return found;
  }

  /** Removes the oldest where there is no room; returns it. */
  makeRoom(): string | null {
    if (!this.pending.isFull) return null;
    const { oldest } = this.pending;
    this.pending.remove(oldest);
    return this.nameOf(oldest);
  }

  private nameOf(entry: number): string | null {
    return entry === 0 ? null : this.names[this.pending.rowOf(entry)]!;
  }
}

/** Queries of one conversation, each by its name. */
function pendingOf(...names: readonly string[]): NamedQueries {
  const pending = new NamedQueries();
  for (const name of names) pending.add(1, name);
  return pending;
}

test('the query with the question of the answer, in any case of letters, once', () => {
  const pending = pendingOf('a', 'b');
  expect([pending.find(1, 'B'), pending.take(1, 'B')]).toEqual(['b', 'b']);
  expect([pending.find(1, 'b'), pending.take(1, 'b')]).toEqual([null, null]);
  expect(pending.take(1, 'a')).toBe('a');
});

test.each<[string, string, Question]>([
  ['another name', 'z', {}],
  ['a longer name', 'aa', {}],
  ['another type', 'a', { type: 28 }],
  ['another class', 'a', { qclass: 3 }],
])('%s is another question', (_what, name, changes) => {
  const pending = pendingOf('a');
  expect([pending.find(1, name, changes), pending.take(1, name, changes)]).toEqual([null, null]);
  expect(pending.take(2, 'a')).toBeNull();
  expect(pending.take(1, 'a')).toBe('a');
});

test.each<[string, string | null, Question, string | null]>([
  ['its name', null, {}, 'a'],
  ['its type and class', 'a', { type: UNKNOWN, qclass: UNKNOWN }, 'a'],
  ['its class, and has another type', 'a', { type: 28, qclass: UNKNOWN }, null],
  ['its class, and has another name', 'z', { qclass: UNKNOWN }, null],
  ['its name, and has another class', null, { qclass: 3 }, null],
])('an answer that does not show %s', (_what, name, changes, expected) => {
  expect(pendingOf('a').take(1, name, changes)).toBe(expected);
});

test('an answer without a question is of the first that waits, whichever were taken out between', () => {
  for (const [taken, left] of [
    [[], ['a', 'b', 'c', 'd']],
    [['a'], ['b', 'c', 'd']],
    [['d'], ['a', 'b', 'c']],
    [
      ['b', 'c'],
      ['a', 'd'],
    ],
    [
      ['a', 'd'],
      ['b', 'c'],
    ],
    [['a', 'b', 'c', 'd'], []],
  ] as const) {
    const pending = pendingOf('a', 'b', 'c', 'd');
    for (const name of taken) pending.take(1, name);
    pending.add(1, 'e');
    const found: (string | null)[] = [];
    for (let count = 0; count < 6; count++) found.push(pending.take(1, null, NONE));
    expect(found.filter((name) => name !== null)).toEqual([...left, 'e']);
  }
});

test('a query without a question is answered by none that has one', () => {
  const pending = new NamedQueries().add(1, null, NONE, 'empty');
  expect(pending.take(1, 'a')).toBeNull();
  expect(pending.find(1, null, NONE)).toBe('empty');
  expect(pending.take(1, null, NONE)).toBe('empty');
});

test('one that is asked again takes the place of the one before, and one that is not known never does', () => {
  const pending = pendingOf('a').add(1, 'a', {}, 'again');
  expect([pending.take(1, 'a'), pending.take(1, 'a')]).toEqual(['again', null]);
  const cut = { qclass: UNKNOWN };
  pending.add(1, 'a', cut, 'one').add(1, 'a', cut, 'two');
  expect(pending.find(1, 'a', cut)).toBeNull();
  expect([pending.take(1, 'a', cut), pending.take(1, 'a', cut), pending.take(1, 'a', cut)]).toEqual([
    'one',
    'two',
    null,
  ]);
});

test('no more than thirty-two are looked at', () => {
  for (const [others, expected] of [
    [31, 'last'],
    [32, null],
  ] as const) {
    const pending = new NamedQueries();
    for (let number = 0; number < others; number++) pending.add(1, `${number}`, { type: 28 });
    pending.add(1, 'last');
    expect(pending.take(1, null, { type: 1 })).toBe(expected);
  }
});

test('of more than ten thousand the oldest gives way, and is in no list', () => {
  const pending = new NamedQueries();
  const gone: (string | null)[] = [];
  for (let number = 0; number < 10_002; number++) {
    const gave = pending.makeRoom();
    if (gave !== null) gone.push(gave);
    pending.add(number < 2 ? 1 : 2, `${number}`);
  }
  expect([gone, pending.take(1, null, NONE)]).toEqual([['0', '1'], null]);
  expect(pending.take(2, null, NONE)).toBe('2');
});

test('of thousands each is found, whatever was taken out between, though buckets are shared', () => {
  const pending = new NamedQueries();
  for (let round = 0; round < 3; round++) {
    for (let port = 0; port < 10_000; port += 3) expect(pending.take(port, 'a')).toBe(round === 0 ? null : `${port}`);
    for (let port = 0; port < 10_000; port++) pending.add(port, 'a', {}, `${port}`);
    for (let port = 0; port < 10_000; port += 7) expect(pending.find(port, 'A')).toBe(`${port}`);
    expect([pending.find(10_000, 'a'), pending.find(5, 'b')]).toEqual([null, null]);
  }
});
