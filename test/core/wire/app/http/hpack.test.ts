import { expect, test } from 'vitest';
import { HpackDecoder } from '../../../../../src/core/wire/app/http/hpack.ts';
import { hex } from '../../../../support/wire.ts';

const decode = (decoder: HpackDecoder, text: string): [string, string][] => {
  const bytes = hex(text);
  return [...decoder.decode(bytes, 0, bytes.length)];
};

test('requests of RFC 7541, C.3: the dynamic table grows from one to the next', () => {
  const decoder = new HpackDecoder();
  const first = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
  ];
  expect(decode(decoder, '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')).toEqual(first);
  expect(decode(decoder, '8286 84be 5808 6e6f 2d63 6163 6865')).toEqual([...first, ['cache-control', 'no-cache']]);
  expect(decode(decoder, '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65')).toEqual([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/index.html'],
    [':authority', 'www.example.com'],
    ['custom-key', 'custom-value'],
  ]);
});

test('requests of RFC 7541, C.4: in Huffman code', () => {
  const decoder = new HpackDecoder();
  expect(decode(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff').at(-1)).toEqual([
    ':authority',
    'www.example.com',
  ]);
  expect(decode(decoder, '8286 84be 5886 a8eb 1064 9cbf').at(-1)).toEqual(['cache-control', 'no-cache']);
});

test('responses of RFC 7541, C.6: entries are evicted from a table of 256 bytes', () => {
  const decoder = new HpackDecoder();
  const size = '3fe1 01'; // 256
  const first = decode(
    decoder,
    `${size} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad
     1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
  );
  expect(first).toEqual([
    [':status', '302'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ]);
  expect(decode(decoder, '4883 640e ffc1 c0bf')).toEqual([[':status', '307'], ...first.slice(1)]);
});

test('damaged blocks end where they are damaged', () => {
  expect(decode(new HpackDecoder(), '82 ff ff ff ff ff ff 0f')).toEqual([[':method', 'GET']]);
  expect(decode(new HpackDecoder(), 'be')).toEqual([]);
  expect(decode(new HpackDecoder(), '80')).toEqual([]);
  expect(decode(new HpackDecoder(), '41 7f')).toEqual([]);
  expect(decode(new HpackDecoder(), '41 84 ff ff ff ff')).toEqual([]);
});

test('the table stays bounded, whatever size is asked for', () => {
  const decoder = new HpackDecoder();
  decode(decoder, '3f ff ff ff 7f'); // 268 million
  const field = `40 01 61 7f 80 08 ${'62'.repeat(1151)}`;
  for (let count = 0; count < 200; count++) decode(decoder, field);
  expect(decode(decoder, 'be')).toEqual([['a', 'b'.repeat(1151)]]);
  expect(decode(decoder, 'ff 20')).toEqual([]); // the 98th newest entry, of 55 that fit
});
