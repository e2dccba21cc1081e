import { expect, test } from 'vitest';
import { sayPresence } from '../../../src/commands/ifaces/say-presence.ts';
import type { IfaceRow } from '../../../src/core/record/tables/iface.ts';

const rows = (...names: readonly string[]) => names.map((name) => ({ name }) as IfaceRow);

test('it is said once that the interface is gone, and once that it is back', () => {
  const said: string[] = [];
  const tell = sayPresence('wg0', { warn: (line) => said.push(line) });
  for (const look of [rows('lo', 'wg0'), rows('lo'), rows('lo', 'wg00'), rows('lo', 'wg0'), rows('wg0')]) tell(look);
  expect(said).toEqual(['wg0 is gone; netwatch waits for it', 'wg0 is back']);
});
