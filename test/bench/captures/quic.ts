import type { FloodFile } from '../../support/flood.ts';
import { crypto, initial } from '../../support/quic.ts';
import { alpn, clientHello, groups, handshake, serverName, signatureAlgorithms, versions } from '../../support/tls.ts';
import { ephemeral } from './ephemeral.ts';

const SERVERS = 64;

/** Connections of seven packets: an Initial with a ClientHello, two of the handshake, and four of what is said. */
export function writeQuic(file: FloodFile, packets: number): void {
  for (let connection = 0; connection < packets / 7; connection++) {
    const client = ephemeral(connection);
    const server = { host: 10 + (connection % SERVERS), port: 443 };
    const [theirs, ours] = [idOf(connection, 0xa1), idOf(connection, 0xb2)];
    const frames = crypto(0, helloTo(`site${connection % 1000}.example`));
    file.udp(
      client,
      server,
      Buffer.from(initial([...frames, ...new Array(1150 - frames.length).fill(0)], { first: theirs, source: ours })),
    );
    file.udp(server, client, long(ours, 1100, connection));
    file.udp(client, server, long(theirs, 60, connection));
    file.udp(server, client, short(ours, 1200, connection));
    file.udp(server, client, short(ours, 1200, connection + 1));
    file.udp(client, server, short(theirs, 40, connection));
    file.udp(server, client, short(ours, 700, connection + 2));
  }
}

const helloTo = (name: string): number[] =>
  handshake(
    1,
    clientHello({
      ciphers: [0x1301, 0x1302, 0x1303],
      extensions: [serverName(name), alpn('h3'), groups(29, 23), signatureAlgorithms(0x0403, 0x0804), versions(0x0304)],
    }),
  );

const idOf = (connection: number, kind: number): number[] => [
  ...[kind, 0x5a, (connection >> 16) & 255, (connection >> 8) & 255, connection & 255],
  ...[connection % 251, connection % 241, connection % 239],
];

/** A Handshake packet that nobody reads. */
function long(id: readonly number[], length: number, salt: number): Buffer {
  const header = [0xe0, 0, 0, 0, 1, id.length, ...id, 0, 0x40 | (length >> 8), length & 255];
  return Buffer.concat([Buffer.from(header), noise(length, salt)]);
}

const short = (id: readonly number[], length: number, salt: number): Buffer =>
  Buffer.concat([Buffer.from([0x40 | (salt & 0x3f), ...id]), noise(length, salt)]);

/** Bytes as of something encrypted. */
function noise(length: number, salt: number): Buffer {
  const at = (salt * 7919) % (NOISE.length - length);
  return NOISE.subarray(at, at + length);
}

const NOISE = ((): Buffer => {
  const bytes = Buffer.alloc(65_536);
  let state = 0x2545f491;
  for (let index = 0; index < bytes.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 255;
  }
  return bytes;
})();
