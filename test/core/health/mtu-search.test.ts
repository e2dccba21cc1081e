import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FoundMtu, type SizeAnswer, type SizeProbe, searchMtu } from '../../../src/core/health/mtu-search.ts';

interface Link {
  readonly mtu: number;
  /** What it says of larger packets: their limit, nothing but that they are too large, or nothing at all. */
  readonly says: 'mtu' | 'too big' | 'nothing' | 'nonsense';
}

const answer = (changes: Partial<SizeAnswer>): SizeAnswer => ({
  kind: 'lost',
  mtu: null,
  from: null,
  error: null,
  ...changes,
});

/** A path of links; the first is the interface of this machine. */
function pathOf(links: readonly Link[], sideBySide = true): SizeProbe & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    sideBySide,
    isOver: () => false,
    ask: async (bytes) => {
      asked.push(bytes);
      const [hop, link] = [...links.entries()].find(([, { mtu }]) => bytes > mtu) ?? [];
      if (link === undefined) return answer({ kind: 'passed' });
      if (link.says === 'nothing') return answer({});
      const mtu = link.says === 'mtu' ? link.mtu : link.says === 'nonsense' ? 7 : null;
      return answer({ kind: 'too_big', mtu, from: hop === 0 ? null : `10.0.${hop}.1` });
    },
  };
}
const HERE: Link = { mtu: 1500, says: 'mtu' };
const found = (changes: Partial<FoundMtu>): FoundMtu => ({
  mtu: null,
  isExact: true,
  from: null,
  isBlackHole: false,
  error: null,
  ...changes,
});

describe('the path MTU', () => {
  test('is that of the interface where nothing is smaller', async () => {
    const path = pathOf([HERE]);
    expect(await searchMtu(576, path)).toEqual(found({ mtu: 1500 }));
    expect(path.asked).toEqual([576, 65_535, 1500]);
  });

  test('is what a router says, once it was tried', async () => {
    const path = pathOf([HERE, { mtu: 1400, says: 'mtu' }, { mtu: 1300, says: 'mtu' }]);
    expect(await searchMtu(576, path)).toEqual(found({ mtu: 1300, from: '10.0.2.1' }));
    expect(path.asked).toEqual([576, 65_535, 1500, 1400, 1300]);
  });

  test('is searched for where larger packets vanish', async () => {
    const path = pathOf([HERE, { mtu: 1413, says: 'nothing' }]);
    expect(await searchMtu(576, path)).toEqual(found({ mtu: 1413, isBlackHole: true }));
    expect(path.asked.length).toBeLessThan(80);
  });

  test('cannot be told by what is limited in number', async () => {
    const path = pathOf([HERE, { mtu: 1413, says: 'nothing' }], false);
    expect(await searchMtu(576, path)).toEqual(found({ isExact: false, isBlackHole: true }));
    expect(path.asked).toEqual([576, 65_535, 1500, 1500]);
  });

  test('is searched for where a router says no size, also one by one', async () => {
    const links: Link[] = [HERE, { mtu: 1413, says: 'too big' }];
    for (const sideBySide of [true, false]) {
      expect(await searchMtu(576, pathOf(links, sideBySide))).toEqual(found({ mtu: 1413, from: '10.0.1.1' }));
    }
  });

  test('may be below what every host takes', async () => {
    expect(await searchMtu(576, pathOf([HERE, { mtu: 296, says: 'mtu' }]))).toEqual(
      found({ mtu: 296, from: '10.0.1.1' }),
    );
  });

  test('is the one there is, whatever links there are and whatever they say', async () => {
    const link = fc.record({
      mtu: fc.integer({ min: 576, max: 9000 }),
      says: fc.constantFrom<Link['says']>('mtu', 'too big', 'nothing', 'nonsense'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(link, { maxLength: 5 }), async (links) => {
        const all = [{ mtu: 9000, says: 'mtu' } as const, ...links];
        const { mtu, isExact } = await searchMtu(576, pathOf(all));
        expect({ mtu, isExact }).toEqual({ mtu: Math.min(...all.map((one) => one.mtu)), isExact: true });
      }),
    );
  });

  test('a packet that is lost by chance makes no black hole', async () => {
    const path = pathOf([HERE]);
    let lost = 3;
    const probe: SizeProbe = {
      ...path,
      ask: async (bytes) => (bytes === 1500 && lost-- > 0 ? answer({}) : path.ask(bytes)),
    };
    expect(await searchMtu(576, probe)).toEqual(found({ mtu: 1500 }));
  });

  test('nobody answers, or somebody refuses', async () => {
    const mute: SizeProbe = { sideBySide: true, isOver: () => false, ask: async () => answer({}) };
    expect(await searchMtu(576, mute)).toEqual(found({ isExact: false }));
    const refused = answer({ kind: 'refused', error: 'host unreachable' });
    const refusing: SizeProbe = { ...mute, ask: async () => refused };
    expect(await searchMtu(576, refusing)).toEqual(found({ isExact: false, error: 'host unreachable' }));
  });

  test('is not exact when the time is over first', async () => {
    const path = pathOf([HERE, { mtu: 1413, says: 'nothing' }]);
    const probe: SizeProbe = { ...path, isOver: () => path.asked.length > 10 };
    const { mtu, isExact } = await searchMtu(576, probe);
    expect(isExact).toBe(false);
    expect(mtu).toBeGreaterThanOrEqual(576);
    expect(mtu).toBeLessThanOrEqual(1413);
  });
});

describe('below what every host takes', () => {
  /** A machine that says of each size larger than its limit what is listed, in turn; the last stays. */
  const telling = (limit: number, said: readonly (number | null)[]) => {
    const asked: number[] = [];
    const probe: SizeProbe = {
      sideBySide: false,
      isOver: () => false,
      ask: async (bytes) => {
        asked.push(bytes);
        if (bytes <= limit) return answer({ kind: 'passed' });
        return answer({ kind: 'too_big', mtu: said[Math.min(asked.length, said.length) - 1]!, from: '10.0.0.1' });
      },
    };
    return { probe, asked };
  };

  test.each<[limit: number, said: (number | null)[], asked: number[]]>([
    // without a size, or with one that is none, half of it is tried, then what lies between
    [300, [null, 300], [576, 288, 576, 300]],
    [300, [576, 300], [576, 288, 576, 300]],
    [300, [577, 300], [576, 288, 576, 300]],
    [300, [300], [576, 300, 576, 300]],
    [575, [575], [576, 575, 576, 575]],
    // never less than every link carries
    [68, [20, 68], [576, 68, 576, 68]],
    [68, [null, null, null, null, 68], [576, 288, 144, 72, 68, 576, 68]],
  ])('a limit of %i that is said as %j', async (limit, said, asked) => {
    const { probe, asked: were } = telling(limit, said);
    const result = await searchMtu(576, probe);
    expect(result).toEqual(found({ mtu: limit, from: '10.0.0.1' }));
    expect(were.slice(0, asked.length - 1)).toEqual(asked.slice(0, -1));
  });

  test('a path on which nothing passes has none, and the search ends', async () => {
    const { probe, asked } = telling(0, [null]);
    expect(await searchMtu(576, probe)).toEqual(found({ isExact: false }));
    expect(asked).toEqual([576, 288, 144, 72, 68]);
  });

  test('it ends when the time is over', async () => {
    const { probe, asked } = telling(0, [null]);
    await searchMtu(576, { ...probe, isOver: () => asked.length >= 2 });
    expect(asked).toEqual([576, 288]);
  });
});
