import { expect, test } from 'vitest';
import { openMultipathSampler } from '../../../src/core/sample/multipath-sampler.ts';
import type { SocketRequest } from '../../../src/core/system/platform.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';

const AT = { time: '2026-01-02T03:04:05.000Z', monotonicMs: 0 };

test('TCP sockets are read only while there is a session', async () => {
  const asked: string[] = [];
  let closed = 0;
  let isOpen = false;
  const connection = socketOf({ key: 1, proto: 'mptcp', mptcp_token: 'a' });
  const flow = socketOf({ key: 2, mptcp_token: 'a', mptcp_role: 'initial' });
  const openSockets = ({ protocols, owners }: SocketRequest) => {
    const all = [...protocols!].join();
    return {
      ...fakePlatform([]).openSockets({ protocols, owners, processDetails: false, closed: false }),
      read: async () => {
        asked.push(all);
        return readingOf(isOpen ? [connection, ...(all === 'mptcp' ? [] : [flow])] : []);
      },
      close: () => void closed++,
    };
  };
  const sampler = openMultipathSampler({ openSockets });
  expect((await sampler.look(AT)).sessions).toEqual([]);
  isOpen = true;
  expect((await sampler.look(AT)).sessions).toMatchObject([{ token: 'a', paths: [{ key: '2' }] }]);
  isOpen = false;
  expect((await sampler.look(AT)).sessions).toEqual([]);
  expect(asked).toEqual(['mptcp', 'mptcp', 'mptcp,tcp', 'mptcp']);
  sampler.close();
  expect(closed).toBe(2);
});
