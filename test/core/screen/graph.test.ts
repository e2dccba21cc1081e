import { expect, test } from 'vitest';
import { graph, sparkLine } from '../../../src/core/screen/graph.ts';
import { themeNamed } from '../../../src/core/screen/theme.ts';

const THEME = themeNamed('none', false);

test('the last values fill the width from the right, and where there is no width there is no graph', () => {
  const of = (width: number) => sparkLine(THEME, [1, null, 8], width, 8, null);
  expect([of(5), of(3), of(1), of(0)]).toEqual(['  ▁ █', '▁ █', '█', '']);
});

test('rows are stacked from the top', () => {
  expect(graph(THEME, [16, 12, 0], 3, 2, 16, null)).toEqual(['█▄ ', '██▁']);
});
