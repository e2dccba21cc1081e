import type { Binding } from './binding.ts';

/** The keys that go back and on by a page; one line of it stays in view. `move` makes what goes so many lines of a height. */
export function pageKeys(move: (lines: (height: number) => number) => Binding['act']): readonly Binding[] {
  return [
    {
      keys: ['pageup', 'ctrl+b'],
      shown: 'PgUp PgDn',
      label: 'keyMove',
      help: 'helpPage',
      footer: null,
      act: move((height) => -Math.max(1, height - 1)),
    },
    {
      keys: ['pagedown', 'ctrl+f'],
      shown: '',
      label: 'keyMove',
      help: 'helpPage',
      footer: null,
      act: move((height) => Math.max(1, height - 1)),
    },
  ];
}
