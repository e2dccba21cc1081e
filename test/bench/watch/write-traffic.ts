// usage: write-traffic (mixed | flows) FILE: a pcap that the bench sends again and again.
import { clientOf, FLOODS, FloodFile } from '../../support/flood.ts';

const ACK = 0x10;
const SYN = 0x02;
const FIN_ACK = 0x11;
const PUSH_ACK = 0x18;

const STREAMS = 50;
const SEGMENT = Buffer.alloc(1400, 'a page of what a server sends. ');

/** Of each ten packets, five of bulk transfers, two requests with their responses, one look-up and a ClientHello. */
function writeMixed(file: FloodFile, packets: number): void {
  const server = { host: 5, port: 8080 };
  for (let packet = 0; packet < packets; packet += 10) {
    const round = packet / 10;
    for (let segment = 0; segment < 4; segment++) {
      const stream = (round * 4 + segment) % STREAMS;
      const at = Math.floor((round * 4 + segment) / STREAMS);
      file.tcp(server, clientOf(20_000 + stream), ACK, 1 + at * SEGMENT.length, 1, SEGMENT);
      if (segment === 0) file.tcp(clientOf(20_000 + stream), server, ACK, 1, 1 + (at + 1) * SEGMENT.length);
    }
    FLOODS.requests(file, round);
    if (round % 2 === 0) {
      FLOODS.requests(file, 500_000 + round);
    } else {
      FLOODS.lookups(file, round);
    }
    if (round % 25 === 0) FLOODS.hellos(file, 40_000 + round);
    else FLOODS.lookups(file, 1_000_000 + round);
  }
}

/** Connections of eight packets, from SYN to FIN, one after the other. */
function writeFlows(file: FloodFile, flows: number): void {
  const server = { host: 1, port: 80 };
  const request = Buffer.from('GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n');
  const response = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  for (let flow = 0; flow < flows; flow++) {
    const client = clientOf(flow);
    const [asked, given] = [1 + request.length, 1 + response.length];
    file.tcp(client, server, SYN, 0, 0);
    file.tcp(server, client, SYN | ACK, 0, 1);
    file.tcp(client, server, ACK, 1, 1);
    file.tcp(client, server, PUSH_ACK, 1, 1, request);
    file.tcp(server, client, PUSH_ACK, 1, asked, response);
    file.tcp(client, server, FIN_ACK, asked, given);
    file.tcp(server, client, FIN_ACK, given, asked + 1);
    file.tcp(client, server, ACK, asked + 1, given + 1);
  }
}

const [kind, name] = process.argv.slice(2);
const file = new FloodFile(name!);
if (kind === 'mixed') writeMixed(file, 250_000);
else writeFlows(file, 5000);
file.close();
