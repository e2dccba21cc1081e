import { describe, expect, test } from 'vitest';
import { toolIsMissing } from './tool.ts';
import { tsharkHierarchy } from './tshark.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf } from './wire.ts';

/** What it is, the layers as `tshark -z io,phs` counts them, the frame, its link type. */
export type LayerSample = [name: string, path: string, frame: readonly number[], linkType?: number];

/** Each frame has the layers it is said to have, is whole, and comes, cut or damaged, to what the file says. */
export function testLayers(samples: readonly LayerSample[], file: string): void {
  describe.each(samples)('%s', (_, path, bytes, linkType = 1) => {
    test(path, () => {
      const packet = dissectFrame(Uint8Array.from(bytes), linkType);
      expect(pathOf(packet)).toBe(path);
      expect([packet.malformed, packet.truncated]).toEqual([false, false]);
    });
  });

  test('what damage comes to', async () => {
    const damage = samples.map(([name, , bytes, linkType = 1]) => {
      return `${name}: ${everyPrefixAndFlip(Uint8Array.from(bytes), linkType)}`;
    });
    await expect(damage.join('\n')).toMatchFileSnapshot(damageFile(file));
  });
}

/** tshark finds the same layers in all of them. */
export function testLayersWithTshark(samples: readonly LayerSample[]): void {
  test.skipIf(toolIsMissing('tshark'))('tshark counts the same layers', () => {
    const counts = new Map<string, number>();
    for (const [, path] of samples) {
      const names = path.split('/');
      names.forEach((_, depth) => {
        const prefix = names.slice(0, depth + 1).join('/');
        counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      });
    }
    const frames = samples.map(([, , bytes, linkType = 1]) => ({ bytes: Uint8Array.from(bytes), linkType }));
    expect(Object.fromEntries(tsharkHierarchy(frames))).toEqual(Object.fromEntries(counts));
  });
}
