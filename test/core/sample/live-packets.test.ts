import { expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { type CaptureRequest, PLAIN_CAPTURE } from '../../../src/core/sample/capture-request.ts';
import { openLivePackets, refuseTrace } from '../../../src/core/sample/live-packets.ts';
import type { PacketUse } from '../../../src/core/sample/packet-source.ts';
import type { Platform, TraceSource } from '../../../src/core/system/platform.ts';
import { SocketTrace } from '../../../src/core/trace/socket-trace.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { pcap, sourceOf } from '../../support/captures.ts';
import { CURL, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';
import { type SensorSetting, sensorScene } from '../../support/fake-sensor.ts';
import { tcpFrame } from '../../support/frames.ts';

const FRAME = tcpFrame({ from: [192, 0, 2, 10], to: [198, 51, 100, 7], srcPort: 50_000, dstPort: 443, flags: 2 });
const REQUEST: CaptureRequest = { ...PLAIN_CAPTURE, devices: ['eth0'] };

async function open(setting: SensorSetting = {}, use: Partial<PacketUse> = {}, request: Partial<CaptureRequest> = {}) {
  const scene = sensorScene({ bytes: pcap([{ bytes: FRAME }]), ...setting });
  const source = await openLivePackets(
    scene.place,
    { ...REQUEST, ...request },
    { dissector: new Dissector(REGISTRY), showsRows: false, asksOwners: false, ...use },
  );
  return { ...scene, source };
}

function traceScene() {
  const done: string[] = [];
  const trace: TraceSource = {
    now: () => 0,
    settled: async () => {},
    limits: () => [{ what: 'some owners', why: 'events were lost', remedy: null }],
    stop: async () => void done.push('trace stopped'),
    kill: () => void done.push('trace killed'),
  };
  const platform: Partial<Platform> = {
    canTrace: () => true,
    openTrace: async () => {
      done.push('trace');
      return trace;
    },
  };
  return { done, platform };
}

test.each([
  [true, 20],
  [false, 100],
])('rows shown: %j, so packets wait %i ms in the kernel', async (showsRows, gatherMs) => {
  const { orders, source } = await open({}, { showsRows });
  expect(orders).toMatchObject([{ format: 'pcapng', most: null, fd: null, gatherMs, devices: ['eth0'] }]);
  expect([source.file, source.signal.aborted]).toEqual([null, false]);
});

test('it counts the packets that were read here, and closes what it reads', async () => {
  let closes = 0;
  const setting = { ...sourceOf(pcap([{ bytes: FRAME }])), close: async () => void closes++ };
  const scene = sensorScene();
  const { openSensor } = scene.place.platform;
  const place = {
    ...scene.place,
    platform: {
      ...scene.place.platform,
      openSensor: async (...args: Parameters<typeof openSensor>) => ({
        ...(await openSensor(...args)),
        source: setting,
      }),
    },
  };
  const source = await openLivePackets(place, REQUEST, {
    dissector: new Dissector(REGISTRY),
    showsRows: true,
    asksOwners: false,
  });
  await source.feed.run(source.signal);
  expect([source.feed.count, source.counts().length, source.gaps().length, source.gaps().length]).toEqual([1, 1, 1, 0]);
  source.stop();
  scene.end();
  await source.finish();
  expect([closes, scene.said.at(-2), scene.said.at(-1)]).toEqual([
    1,
    'stop',
    '1 packet captured; eth0: 3 received by the filter, 1 dropped by the kernel, 0 by the interface; 1 more captured but not processed',
  ]);
});

test('owners are looked for where they are asked, before the packets are dissected', async () => {
  const done: string[] = [];
  const socket = socketOf();
  const owned = {
    open: async () => ({
      read: async () => {
        done.push('read');
        return readingOf([socket], { processes: [CURL], attribution: 'proc_fd exact' });
      },
      readClosed: () => ({ sockets: [], whole: true }),
      close: () => void done.push('closed'),
    }),
    close: () => {},
  };
  const { platform, done: traced } = traceScene();
  const { source, said, end } = await open(
    { platform: { ...platform, readInterfaces: async () => ({ rows: [interfaceOf()], limits: [] }) } },
    { asksOwners: true, sockets: owned },
    { traces: 'welcome' },
  );
  let sender: string | null | undefined;
  source.feed.listen((packet) => {
    sender = source.owners.senderOf(packet)?.process;
  });
  await source.feed.run(source.signal);
  expect([sender, done, traced]).toEqual(['curl', ['read'], ['trace', 'trace stopped']]);
  end();
  await source.finish();
  expect([done, traced.at(-1), said.at(-1)]).toEqual([
    ['read', 'closed'],
    'trace killed',
    'some owners: events were lost',
  ]);
});

test('a trace that is kept for another purpose is asked, and not ended', async () => {
  const trace = new SocketTrace(false);
  trace.ingest({
    kind: 'moved',
    at: 1,
    sock: 'a',
    inode: 7,
    proto: 'tcp',
    process: { pid: 99, uid: 0, name: 'dig', comm: 'dig' },
    family: 'ipv4',
    local_addr: '192.0.2.10',
    local_port: 50_000,
    remote_addr: '198.51.100.7',
    remote_port: 443,
  });
  const { platform, done } = traceScene();
  const nobody = {
    open: async () => ({
      read: async () => readingOf([]),
      readClosed: () => ({ sockets: [], whole: true }),
      close: () => {},
    }),
    close: () => {},
  };
  const { source, end } = await open({ platform }, { asksOwners: trace, sockets: nobody }, { traces: 'demanded' });
  const senders: (string | null | undefined)[] = [];
  source.feed.listen((packet) => senders.push(source.owners.senderOf(packet)?.process));
  await source.feed.run(source.signal);
  end();
  await source.finish();
  expect([senders, done]).toEqual([['dig'], []]);
});

test('a capture that does not begin ends the trace that did', async () => {
  const { platform, done } = traceScene();
  const error = new Failure(77, 'not permitted');
  const fails = { ...platform, openSensor: () => Promise.reject(error) };
  await expect(open({ platform: fails }, { asksOwners: true }, { traces: 'demanded' })).rejects.toBe(error);
  expect(done).toEqual(['trace', 'trace killed']);
});

test('one that ends by itself ends the trace too, and says so', async () => {
  const { platform, done } = traceScene();
  const { source, end } = await open({ platform }, { asksOwners: true }, { traces: 'demanded' });
  const error = new Failure(69, 'eth0 is gone');
  end(error);
  await expect(source.finish()).rejects.toBe(error);
  expect(done).toEqual(['trace', 'trace killed']);
});

test.each<[readonly string[], string | null]>([
  [['eth0'], 'eth0'],
  [['any'], null],
  [[], null],
])('pcap of %j is of the interface %j', async (devices, name) => {
  const { source } = await open({}, {}, { devices });
  expect(source.feed.reader.interfaces.map((one) => one.name)).toEqual([name]);
});

test('eBPF that nothing would use is refused', async () => {
  const refused = { exit: 64, message: '--ebpf finds processes, and no other option here uses them' };
  await expect(open({}, {}, { traces: 'demanded' })).rejects.toMatchObject(refused);
  for (const traces of ['welcome', 'refused'] as const) expect(refuseTrace({ ...REQUEST, traces })).toBeUndefined();
});
