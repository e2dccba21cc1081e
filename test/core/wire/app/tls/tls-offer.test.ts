import { expect, test } from 'vitest';
import { ja3, ja4 } from '../../../../../src/core/wire/app/tls/tls-fingerprint.ts';
import { isGrease, readClientHello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';
import { tlsVersionName } from '../../../../../src/core/wire/app/tls/tls-names.ts';
import { type HelloTransport, readOffer } from '../../../../../src/core/wire/app/tls/tls-offer.ts';
import { Prng } from '../../../../fuzz/prng.ts';
import {
  alpn,
  clientHello,
  type Extension,
  groups,
  pointFormats,
  serverName,
  signatureAlgorithms,
  versions,
} from '../../../../support/tls.ts';

/** The same without anything remembered. */
function expected(bytes: Uint8Array, start: number, end: number, transport: HelloTransport): unknown {
  const hello = readClientHello(bytes, start, end, transport === 'd');
  if (hello === null) return null;
  const offered = hello.versions.length > 0 ? hello.versions.filter((one) => !isGrease(one)) : [hello.legacyVersion];
  return {
    serverName: hello.serverName,
    offer: {
      ja3: ja3(hello),
      ja4: ja4(hello, transport),
      versions: offered.map((one) => tlsVersionName(one) ?? `0x${one.toString(16).padStart(4, '0')}`),
      alpn: hello.alpn,
    },
  };
}

/** A hello of one of a few programs, some of them with a name and a share of a key of its own. */
function randomHello(random: Prng, isDtls: boolean): Uint8Array {
  const program = new Prng(random.below(12));
  const values = (most: number): number[] => Array.from({ length: program.below(most) }, () => program.next() & 0xffff);
  const extensions: Extension[] = [
    serverName(`host${random.below(5)}.example`),
    groups(...values(5)),
    pointFormats(...values(3).map((value) => value & 255)),
    signatureAlgorithms(...values(9)),
    alpn(...['h2', 'http/1.1', 'h3', 'x'].slice(program.below(4))),
    versions(0x0a0a, 0x0304, ...values(3)),
    [51, Array.from({ length: 32 }, () => random.below(256))],
    [program.next() & 0xffff, values(700).map((value) => value & 255)],
  ];
  const kept = extensions.filter(() => !program.once(4));
  const bytes = clientHello({
    version: [0x0301, 0x0303, 0xfefd][program.below(3)]!,
    session: Array.from({ length: random.below(33) }, () => random.below(256)),
    ...(isDtls ? { cookie: [1, 2, 3].slice(random.below(4)) } : {}),
    ciphers: values(program.once(6) ? 700 : 20),
    extensions: program.once(9) ? null : kept,
  });
  return Uint8Array.from([9, 9, ...bytes, 9]);
}

test('offers are those of the hello itself, whatever was read before; of cut and damaged ones too', () => {
  const random = new Prng(1);
  for (let count = 0; count < 6000; count++) {
    const transport = (['t', 'q', 'd'] as const)[random.below(3)]!;
    const bytes = randomHello(random, transport === 'd');
    const end = random.below(3) === 0 ? 2 + random.below(bytes.length - 2) : bytes.length - 1;
    if (random.below(3) === 0) bytes[2 + random.below(bytes.length - 2)] = random.below(256);
    expect(readOffer(bytes, 2, end, transport)).toEqual(expected(bytes, 2, end, transport));
  }
});

test('hellos of one program share what they offer, whatever the server is called', () => {
  const read = (name: string): ReturnType<typeof readOffer> => {
    const bytes = Uint8Array.from(clientHello({ extensions: [serverName(name), alpn('h2')] }));
    return readOffer(bytes, 0, bytes.length, 't');
  };
  const first = read('a.example')!;
  const second = read('b.example')!;
  expect([first.serverName, second.serverName]).toEqual(['a.example', 'b.example']);
  expect(second.offer).toBe(first.offer);
});
