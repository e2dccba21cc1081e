import { expect, test } from 'vitest';
import { AddressFacts } from '../../../src/commands/watch/live/address-facts.ts';
import { commandOf } from '../../../src/commands/watch/model/copied-command.ts';
import { globalKeys } from '../../../src/commands/watch/model/global-keys.ts';
import { LIST_KEYS } from '../../../src/commands/watch/model/list-keys.ts';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import type { Model } from '../../../src/commands/watch/model/model.ts';
import { update } from '../../../src/commands/watch/model/update.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { CONNECTIONS } from '../../../src/commands/watch/tabs/connections.ts';
import { frameView } from '../../../src/commands/watch/views/frame-view.ts';
import type { Places } from '../../../src/core/place/places.ts';
import { MACHINE, NOON, sceneOf, withoutColors } from '../../support/screen-scene.ts';

const KEY_TABLE = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };
const NOWHERE = { country: null, city: null, asn: null, org: null, prefix: null, source: null };
const placeOf: Places['placeOf'] = (address) =>
  address === '198.51.100.9' ? { ...NOWHERE, country: 'DE', asn: 64_500 } : NOWHERE;
const PLACES: Places = {
  countryOf: () => null,
  factsOf: placeOf,
  placeOf,
  vendorOf: () => null,
};

/** Reverse DNS whose answers come when they are given. */
function slowDns() {
  const answers = new Map<string, string>();
  const asked: string[] = [];
  let settled = (): void => {};
  return {
    answers,
    asked,
    settle: () => settled(),
    names: {
      hostOf(address: string) {
        asked.push(address);
        return answers.get(address) ?? null;
      },
      settle: () =>
        new Promise<boolean>((resolve) => {
          settled = () => resolve(true);
        }),
      close: () => {},
    },
  };
}

/** Rows that nobody has seen yet. */
const fresh = (): Machine => ({
  ...MACHINE,
  conns: MACHINE.conns.map((row) => ({ ...row, geo_country: null })),
  tracked: [],
});
const placesOf = ({ conns }: Machine) =>
  conns.map(({ geo_country, asn, remote_host }) => [geo_country, asn, remote_host]);

test('nothing is asked before somebody wants it', () => {
  const { names, asked } = slowDns();
  const facts = new AddressFacts(names, PLACES, () => {});
  const machine = fresh();
  facts.fillFresh(machine);
  expect(facts.fill(machine)).toBe(machine);
  expect([placesOf(machine)[0], asked]).toEqual([[null, null, null], []]);
});

test('places are there at once; what is shown changes only when something is known', () => {
  const facts = new AddressFacts(null, PLACES, () => {});
  const machine = fresh();
  facts.want({ names: true, places: true });
  const filled = facts.fill(machine);
  expect(placesOf(filled)).toEqual([
    ['DE', 64_500, null],
    [null, null, null],
    ['DE', 64_500, null],
  ]);
  expect(placesOf(machine)[0]).toEqual([null, null, null]);
  expect(facts.fill(filled)).toBe(filled);
  facts.fillFresh(machine);
  expect(placesOf(machine)).toEqual(placesOf(filled));
});

test('names are shown when they come, and nobody waits for them', async () => {
  const { names, answers, settle } = slowDns();
  let late = 0;
  const facts = new AddressFacts(names, PLACES, () => late++);
  facts.want({ names: true, places: false });
  const machine = fresh();
  facts.fillFresh(machine);
  expect(placesOf(machine)[0]).toEqual([null, null, null]);
  answers.set('198.51.100.9', 'host.example');
  settle();
  await Promise.resolve();
  await Promise.resolve();
  expect(late).toBe(1);
  expect(placesOf(facts.fill(machine))[0]).toEqual([null, null, 'host.example']);
  facts.close();
});

test('who fills rows again when names came is not told again while nothing is asked', async () => {
  const { names } = slowDns();
  let told = 0;
  const machine = fresh();
  const facts: AddressFacts = new AddressFacts({ ...names, settle: async () => told === 0 }, PLACES, () => {
    told++;
    facts.fill(machine);
  });
  facts.want({ names: true, places: false });
  facts.fill(machine);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe(1);
});

const press = (model: Model, key: string) =>
  update(KEY_TABLE, model, { type: 'input', input: { type: 'key', key, ctrl: false, alt: false } }, NOON);

test('H shows names, as the command that y copies does; with --no-dns it says why not', () => {
  const before = sceneOf([200, 60], 'connections');
  const { model, effects } = press(before, 'H');
  expect(effects).toEqual([{ type: 'facts', names: true, places: false }]);
  expect(withoutColors(frameView(KEY_TABLE, model)[2]!)).toContain('REMOTE_HOST');
  expect(commandOf(model, CONNECTIONS)).toMatch(/^netwatch conns --resolve --fields .*remote_host/);
  expect(press(model, 'H').effects).toEqual([{ type: 'facts', names: false, places: false }]);
  const forbidden = press(sceneOf([80, 24], 'connections', { mayAskDns: false }), 'H');
  expect([forbidden.effects, forbidden.model.settings.names]).toEqual([[], false]);
  expect(withoutColors(frameView(KEY_TABLE, forbidden.model)[22]!)).toContain('--no-dns forbids it');
});

test('g shows countries: as a column, in the strip, and in the topology', () => {
  const { model, effects } = press(sceneOf([120, 40], 'connections'), 'g');
  expect(effects).toEqual([{ type: 'facts', names: false, places: true }]);
  const shown = frameView(KEY_TABLE, model).map(withoutColors);
  expect(shown[2]).toMatch(/COUNTRY|GEO/);
  expect(shown.join('\n')).toMatch(/ place US/);
  const topology = frameView(KEY_TABLE, { ...model, tab: 'topology' })
    .map(withoutColors)
    .join('\n');
  expect(topology).toMatch(/│ US +│/);
});

test('what becomes known while the screen is paused is shown, and nothing else', () => {
  const held = fresh();
  const paused = sceneOf([80, 24], 'connections', {}, { held });
  const fill = (machine: Machine): Machine => ({ ...machine, conns: machine.conns.slice(0, 1) });
  const { model } = update(KEY_TABLE, paused, { type: 'known', fill }, NOON);
  expect([model.machine.conns.length, model.held!.conns.length, model.machine.at]).toEqual([1, 1, MACHINE.at]);
});

test('names of packets are asked for only while they are wanted, and told when they came', async () => {
  const { names, asked, answers, settle } = slowDns();
  let late = 0;
  const facts = new AddressFacts(names, PLACES, () => {
    late++;
  });
  expect([facts.nameOf('198.51.100.9'), asked]).toEqual([null, []]);
  facts.want({ names: true, places: false });
  expect([facts.nameOf('198.51.100.9'), facts.nameOf('02:00:00:00:00:01'), asked]).toEqual([
    null,
    null,
    ['198.51.100.9'],
  ]);
  answers.set('198.51.100.9', 'one.example');
  settle();
  await Promise.resolve();
  await Promise.resolve();
  expect([late, facts.nameOf('198.51.100.9')]).toEqual([1, 'one.example']);
});
