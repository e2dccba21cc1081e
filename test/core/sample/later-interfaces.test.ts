import { expect, test } from 'vitest';
import { canBeNamed, LaterInterfaces, wantedOf } from '../../../src/core/sample/later-interfaces.ts';
import type { InterfaceReading } from '../../../src/core/system/platform.ts';
import type { InterfaceId, LackingDevice } from '../../../src/core/system/sensor.ts';

const row = (index: number, name: string, changes: Partial<InterfaceReading> = {}): InterfaceReading =>
  ({ index, name, state: 'up', ipv4: [`10.0.${index}.1/24`], ipv6: [], ...changes }) as InterfaceReading;
const LO = row(1, 'lo');
const ETH = row(2, 'eth0');

/** A capture of lo and eth0 whose sensor answers so, what was asked of it, and what was said. */
function scene(
  answers: (one: InterfaceId) => string | null,
  { lacking = [], names = null }: { lacking?: readonly LackingDevice[]; names?: readonly string[] | null } = {},
) {
  const lost: string[] = [];
  const asked: InterfaceId[] = [];
  const said: string[] = [];
  const follow = async (one: InterfaceId): Promise<string | null> => {
    asked.push(one);
    return answers(one);
  };
  const live = { lost, lacking, follow };
  const devices = names ?? ['lo', 'eth0'];
  const later = new LaterInterfaces(live, wantedOf(names), [LO, ETH], devices, (line) => said.push(line));
  const see = async (...rows: readonly InterfaceReading[]): Promise<void> => {
    later.ingest(rows);
    await new Promise(setImmediate);
  };
  const limits = (): string[] => later.limits().map(({ what, why }) => `${what}: ${why}`);
  return { later, lost, asked, said, see, limits };
}

test('what came is asked for once, by its number, when it is up and has an address', async () => {
  const { see, asked, said, limits } = scene(() => null);
  await see(LO, ETH, row(3, 'veth0', { ipv4: [] }), row(4, 'veth1', { state: 'down' }));
  expect(asked).toEqual([]);
  await see(LO, ETH, row(3, 'veth0'), row(4, 'veth1', { state: 'unknown' }));
  await see(LO, ETH, row(3, 'veth0'), row(4, 'veth1'));
  expect(asked).toEqual([
    { index: 3, name: 'veth0' },
    { index: 4, name: 'veth1' },
  ]);
  expect(said).toEqual(['capturing on veth0 too', 'capturing on veth1 too']);
  expect(limits()).toEqual([]);
});

test('one that was deleted is told as gone until there is another of its name, which is captured', async () => {
  const { see, asked, lost, limits } = scene(() => null);
  lost.push('eth0');
  await see(LO);
  expect(limits()).toEqual(['packets of eth0: the interface is gone; the others are captured']);
  await see(LO, row(7, 'eth0', { state: 'down' }));
  expect(limits()).toEqual([
    'packets of eth0: there is another of that name, which is down or has no address; the others are captured',
  ]);
  await see(LO, row(7, 'eth0'));
  expect([asked, limits()]).toEqual([[{ index: 7, name: 'eth0' }], []]);
});

test('a refusal is told when it lasts, and asked again', async () => {
  let refusal: string | null = 'no socket is left for it';
  const { see, asked, limits } = scene(() => refusal);
  await see(LO, ETH, row(3, 'veth0'));
  expect(limits()).toEqual([]);
  await see(LO, ETH, row(3, 'veth0'));
  const told = 'it came after the start, and no socket is left for it; to capture it, start again';
  expect(limits()).toEqual([`packets of veth0: ${told}`]);
  refusal = null;
  await see(LO, ETH, row(3, 'veth0'));
  expect([asked.length, limits()]).toEqual([3, []]);
  await see(LO, ETH);
  await see(LO, ETH, row(3, 'veth0'));
  expect(asked).toHaveLength(4);
});

test('where what captures opens no other, that is told at once', () => {
  const live = { lost: [], lacking: [], follow: null };
  const later = new LaterInterfaces(live, wantedOf(null), [LO], ['lo'], () => {});
  later.ingest([LO, ETH]);
  expect(later.limits()).toEqual([
    {
      what: 'packets of eth0',
      why: 'it came after the start, and what captures opens no other; to capture it, start again',
      remedy: null,
    },
  ]);
});

test('one whose name is not UTF-8 may have been there before', () => {
  const live = { lost: [], lacking: [], follow: null };
  const later = new LaterInterfaces(live, wantedOf(null), [LO], ['lo'], () => {});
  later.ingest([LO, row(3, 'q\ufffdz')]);
  expect(later.limits().map(({ why }) => why)).toEqual(['its name is not UTF-8, and what captures opens no other']);
});

test('those that were named are wanted and no other, whatever their state', async () => {
  const { see, asked } = scene(() => null, { names: ['eth0'] });
  await see(LO, row(5, 'eth0', { state: 'down', ipv4: [] }), row(6, 'veth0'));
  expect(asked).toEqual([{ index: 5, name: 'eth0' }]);
});

test('what could not be opened at the start is told, and asked for again', async () => {
  const lacking = [{ device: 'eth0', why: 'no such device' }];
  const { see, asked, limits } = scene(() => null, { lacking });
  expect(limits()).toEqual(['packets of eth0: it cannot be captured: no such device']);
  await see(LO, ETH);
  expect([asked, limits()]).toEqual([[{ index: 2, name: 'eth0' }], []]);
});

test('a name that is no UTF-8 cannot be given to libpcap', () => {
  expect([ETH, row(3, 'q\ufffdz')].map(canBeNamed)).toEqual([true, false]);
});
