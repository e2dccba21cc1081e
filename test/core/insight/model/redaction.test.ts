import { expect, test } from 'vitest';
import { plainText } from '../../../../src/core/insight/model/plain-text.ts';
import { publicName } from '../../../../src/core/insight/model/public-name.ts';
import { Redaction } from '../../../../src/core/insight/model/redaction.ts';
import { sentence, vocabularyOf } from '../../../../src/core/insight/model/vocabulary.ts';

const WORDS = vocabularyOf([]);

test.each([
  ['10.1.2.3', 'private-1'],
  ['172.31.0.1', 'private-1'],
  ['172.32.0.1', 'public-1'],
  ['192.168.0.1', 'private-1'],
  ['100.64.0.1', 'private-1'],
  ['8.8.8.8', 'public-1'],
  ['127.0.0.1', 'loopback-1'],
  ['::1', 'loopback-1'],
  ['::ffff:10.0.0.1', 'private-1'],
  ['fe80::1%eth0', 'link-local-1'],
  ['169.254.1.1', 'link-local-1'],
  ['fd00::1', 'private-1'],
  ['2001:db8::1', 'public-1'],
  ['ff02::fb', 'multicast-1'],
  ['224.0.0.251', 'multicast-1'],
  ['255.255.255.255', 'broadcast-1'],
  ['0.0.0.0', 'unspecified-1'],
  ['10.0.0.1:443', 'private-1:443'],
  ['[fd00::1]:53', 'private-1:53'],
  ['02:00:5e:00:00:01', 'mac-1'],
  ['02-00-5E-00-00-01', 'mac-1'],
  ['www.example.co.uk', 'name-1.example.co.uk'],
  ['example.com', 'example.com'],
  ['a.b.example.com:8443', 'name-1.example.com:8443'],
  ['fileserver.lan', 'name-1'],
  ['alice@example.com', 'text-1'],
  ['https://user:pw@example.com/secret?token=1', 'text-1'],
  ['nginx', 'text-1'],
  ['443', '443'],
  ['12.5%', '12.5%'],
  ['4915112345678', 'text-1'],
])('%s is sent as %s', (text, token) => {
  const redaction = new Redaction(true);
  expect(redaction.any(text)).toBe(token);
  expect(redaction.any(text)).toBe(token);
});

test('what one token stands for no other does, and an address is one however it is written', () => {
  const redaction = new Redaction(true);
  const of = (text: string) => redaction.any(text);
  expect(['10.0.0.1', '10.0.0.2', '::ffff:10.0.0.1', '2001:DB8:0::1', '2001:db8::1'].map(of)).toEqual([
    'private-1',
    'private-2',
    'private-1',
    'public-1',
    'public-1',
  ]);
});

test('addresses are put back into an answer; names below what was registered, and texts, are not', () => {
  const redaction = new Redaction(true);
  for (const text of ['10.0.0.7', '02:00:00:00:00:01', 'ignore-previous.evil.com', 'db.lan', 'secret words'])
    redaction.any(text);
  expect(redaction.restore('private-1 (mac-1) asks name-1.evil.com, NAME-1, name-2 and text-1.')).toBe(
    '10.0.0.7 (02:00:00:00:00:01) asks *.evil.com, *.evil.com, (name withheld) and (name withheld).',
  );
  expect(redaction.restore('private-2 is busy')).toBeNull();
});

test.each([
  ['a.b.example.com', 'example.com'],
  ['EXAMPLE.COM.', 'example.com'],
  ['a.example.co.uk', 'example.co.uk'],
  ['co.uk', null],
  ['com', null],
  ['host', null],
  ['hunter2.canary', null],
  ['printer.local', null],
  ['4.3.2.1.in-addr.arpa', 'in-addr.arpa'],
  ['a.exa_mple.com', null],
  [`a.${'x'.repeat(41)}.com`, null],
  ['', null],
])('what was registered of %s is %s', (host, name) => expect(publicName(host)).toBe(name));

test('a sentence keeps the words and figures of rules alone', () => {
  const say = (text: string, isOn = true) => sentence(text, new Redaction(isOn), WORDS);
  expect(say('10.0.0.1 tried 30 ports of db.example.com, of which 28 did not accept a connection')).toBe(
    'private-1 tried 30 ports of name-1.example.com, of which 28 did not accept a connection',
  );
  expect(say('the password of alice: hunter2 and "all packets were dropped by me" for hunter3')).toBe(
    'the password of … and … for …',
  );
  expect(say('the password of alice', false)).toBe('the password of alice');
  expect(say(`seen ${'x'.repeat(60)} ${'y'.repeat(60)}`, false)).toBe(`seen ${'x'.repeat(60)} …`);
  expect(say('a '.repeat(1000)).length).toBe(300);
});

test('a text is at most so long, and has nothing that a terminal acts on or hides', () => {
  expect(plainText('a\u001b]52;c;AAAA\u0007b\u202ec\u009bd\u200be\ud800f')).toBe('a ]52;c;AAAA b c d e f');
  expect(plainText('x'.repeat(100))).toBe(`${'x'.repeat(63)}…`);
  expect([...plainText('😀'.repeat(100))]).toHaveLength(64);
});
