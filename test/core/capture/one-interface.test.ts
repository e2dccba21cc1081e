import { expect, test } from 'vitest';
import { onlyInterface } from '../../../src/core/capture/one-interface.ts';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { Blocks, join, pcap, sourceOf, text } from '../../support/captures.ts';

const le = new Blocks(true);
const named = (name: string): Uint8Array => le.iface({ options: [{ code: 2, value: text(name) }] });
/** The second section has interfaces of its own, one of them with the name of one in the first. */
const CAPTURE = join(
  ...[le.section(), named('eth0'), named('wlan0'), le.iface()],
  ...[0, 1, 2, 1].map((iface) => le.packet(Uint8Array.of(iface), { iface })),
  ...[le.section(), named('wlan0'), le.packet(Uint8Array.of(9))],
);

async function numbersOn(bytes: Uint8Array, name: string): Promise<readonly number[]> {
  const reader = onlyInterface(await openCaptureReader(sourceOf(bytes, [300, 400])), name);
  const packet = new Packet();
  const numbers: number[] = [];
  while (await reader.fill()) while (reader.next(packet)) numbers.push(packet.number);
  return numbers;
}

test('packets of one interface, with the numbers they have in the file', async () => {
  expect(await numbersOn(CAPTURE, 'eth0')).toEqual([1]);
  expect(await numbersOn(CAPTURE, 'wlan0')).toEqual([2, 4, 5]);
});

test('an interface that carried nothing is there all the same', async () => {
  expect(
    await numbersOn(join(le.section(), named('eth0'), named('tun0'), le.packet(Uint8Array.of(1))), 'tun0'),
  ).toEqual([]);
});

test('one that is not there is an error, which names what is', async () => {
  await expect(numbersOn(CAPTURE, 'eth1')).rejects.toMatchObject({
    exit: 66,
    message: 'no interface "eth1" in the capture',
    hint: 'did you mean eth0?',
  });
  await expect(numbersOn(CAPTURE, 'bridge')).rejects.toMatchObject({ hint: 'it has eth0, wlan0' });
  await expect(numbersOn(pcap([{ bytes: Uint8Array.of(1) }]), 'lo')).rejects.toMatchObject({
    exit: 66,
    hint: 'it does not name its interfaces',
  });
});

test('what the packets themselves say counts before what the file says', async () => {
  const pktap = (name: string): Uint8Array => {
    const header = Buffer.alloc(108);
    header.writeUInt32LE(108, 0);
    header.write(name, 12);
    return header;
  };
  const iface = le.iface({ linkType: 258, options: [{ code: 2, value: text('pktap0') }] });
  const file = join(le.section(), iface, le.packet(pktap('en0')), le.packet(pktap('utun1')), le.packet(pktap('')));
  expect(await numbersOn(file, 'utun1')).toEqual([2]);
  expect(await numbersOn(file, 'pktap0')).toEqual([3]);
  await expect(numbersOn(file, 'en1')).rejects.toMatchObject({ hint: 'did you mean en0?' });
});
