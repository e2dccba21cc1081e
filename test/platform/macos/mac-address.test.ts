import { expect, test } from 'vitest';
import { parseMac } from '../../../src/platform/macos/mac-address.ts';

test.each([
  ['0:0:5e:0:53:1', '00:00:5e:00:53:01'],
  ['00:00:5E:00:53:01', '00:00:5e:00:53:01'],
])('%s is %s', (text, mac) => {
  expect(parseMac(text)).toBe(mac);
});

test.each(['', '(incomplete)', '0:0:5e:0:53', '0:0:5e:0:53:1:2', '0:0:5e:0:53:100', '0:0:5e:0:53:g'])(
  '%j is none',
  (text) => {
    expect(parseMac(text)).toBeNull();
  },
);
