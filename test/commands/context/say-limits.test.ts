import { expect, test } from 'vitest';
import { contextFor } from '../../../src/commands/context/context.ts';
import { sayLimitsOnce } from '../../../src/commands/context/say-limits.ts';
import { fakeContext } from '../../support/fake-context.ts';

const OWNERS = { what: 'owners of 3 sockets', subject: 'owners of sockets', why: 'not yours', remedy: 'sudo' };

test('a limit is said once, whatever it counts', () => {
  const context = fakeContext();
  const say = sayLimitsOnce(context);
  say([OWNERS]);
  say([OWNERS, { ...OWNERS, what: 'owners of 4 sockets' }]);
  say([{ ...OWNERS, what: 'owners of 4 sockets', why: 'not yours either' }]);
  expect(context.said).toEqual(['owners of 3 sockets: not yours; sudo']);
});

test('what nobody can see is said with --verbose alone', () => {
  const context = fakeContext();
  const final = { ...OWNERS, why: 'of init (1)', remedy: null, isFinal: true };
  sayLimitsOnce(context)([final]);
  expect(context.said).toEqual([]);
  const say = sayLimitsOnce(contextFor(context, { quiet: false, verbose: true }));
  say([final, final]);
  expect(context.said).toEqual(['owners of 3 sockets: of init (1)']);
});

test('what nobody can see does not keep quiet what somebody can', () => {
  const context = fakeContext();
  const say = sayLimitsOnce(context);
  say([{ ...OWNERS, isFinal: true }]);
  say([{ ...OWNERS, isFinal: false }]);
  expect(context.said).toEqual(['owners of 3 sockets: not yours; sudo']);
});

test('what is missing for the same reason as something else is another limit', () => {
  const context = fakeContext();
  const say = sayLimitsOnce(context);
  const of = (what: string) => ({ what, why: 'is no address', remedy: null });
  say([of('DNS server 192.0.2.1'), of('DNS server 192.0.2.2')]);
  say([{ ...of('DNS server 192.0.2.1'), why: 'is gone' }]);
  expect(context.said).toEqual([
    'DNS server 192.0.2.1: is no address',
    'DNS server 192.0.2.2: is no address',
    'DNS server 192.0.2.1: is gone',
  ]);
});

test('a quiet context says nothing but warnings', () => {
  const context = fakeContext();
  const quiet = contextFor(context, { quiet: true, verbose: false });
  sayLimitsOnce(quiet)([OWNERS]);
  quiet.say('a note');
  quiet.warn('an error');
  expect(context.said).toEqual(['an error']);
});
