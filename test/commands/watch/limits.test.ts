import { expect, test } from 'vitest';
import type { Limit } from '../../../src/core/limit.ts';
import { connOn, machineOf, Story } from '../../support/screen-story.ts';

const PACKETS: Limit = {
  what: 'packets',
  why: 'capturing on lo needs CAP_NET_RAW',
  remedy: `sudo install -D -m 750 /usr/bin/node /usr/local/lib/netwatch/sensor-node && sudo setcap cap_net_raw=ep "$FILE"`,
};
const owners = (count: number): Limit => ({
  what: `owners of ${count} sockets`,
  subject: 'owners of sockets',
  why: 'this user cannot read them',
  remedy: 'sudo netwatch watch',
});
const CONNS = [connOn(1), connOn(2, { process: 'node', pid: 77 }), connOn(3, { process: 'nc', pid: 78 })];

test('what cannot be seen is said once in the footer, by name, and stays in the title', () => {
  const story = new Story(machineOf(CONNS)).look(machineOf(CONNS, { limits: [PACKETS, owners(3)] }));
  expect(story.lines.at(-2)).toMatch(/^ not visible: packets, owners of sockets; \? says why, and what grants it /);
  expect(story.lines[1]).toContain(' 2 not visible: ? ');
  story.wait(60_000).look(machineOf(CONNS, { limits: [PACKETS, owners(4)] }));
  expect(story.notice).toBeNull();
  story.look(machineOf(CONNS, { limits: [PACKETS, owners(4), { ...PACKETS, what: 'ICMP echo' }] }));
  expect(story.notice).toBe('not visible: ICMP echo; ? says why, and what grants it');
});

test('the command that grants it stands whole in the help', () => {
  const story = new Story(machineOf(CONNS, { limits: [PACKETS, owners(3)] })).press('?', 'end');
  const help = story.lines.map((line) => line.trim()).join(' ');
  expect(help).toContain(`to see it: ${PACKETS.remedy}`);
  expect(help).toContain('to see it: sudo netwatch watch');
});

test('statistics say why there are none', () => {
  const story = new Story(machineOf(CONNS, { limits: [PACKETS] }), { tab: 'stats', width: 120, height: 40 });
  expect(story.text).toContain('no packets: capturing on lo needs CAP_NET_RAW; to see them:');
  expect(story.text).not.toContain('nothing here');
});

test('rows of the screen itself stand back, and the help says so', () => {
  const story = new Story(machineOf(CONNS), { width: 120 });
  story.model = { ...story.model, settings: { ...story.model.settings, ownPid: 77 } };
  const row = (process: string): string => story.press('end').coloured.find((line) => line.includes(process))!;
  expect(row('node')).toMatch(/^\x1b\[2m node /);
  expect(row('curl')).toMatch(/^ curl /);
  expect(story.press('?', 'end').text).toContain('dim rows closed a moment ago, or are netwatch’s own');
});

test('y shows the whole command, and which rows no command prints any more', () => {
  const tracked = CONNS.map((row, index) => ({
    ...{ id: String(index), row, first: 0, last: Date.parse(machineOf([]).at!.time), states: [] },
    isOpen: index > 0,
  }));
  const story = new Story(machineOf(CONNS, { tracked }), { tab: 'timeline' }).press('y');
  expect(story.notice).toBe('copied');
  expect(story.text).toContain('netwatch conns --fields process,remote_addr,first_seen,state,proto --sort');
  expect(story.text).toContain('not the 1 that are closed: this screen alone remembers them');
  expect(story.press('y').model.popup).toBeNull();
});
