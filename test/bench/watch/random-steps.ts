import { TAB_NAMES } from '../../../src/commands/watch/model/model.ts';
import type { Input } from '../../../src/core/screen/input.ts';
import { Prng } from '../../fuzz/prng.ts';
import { ALL_KEYS, type FixedScreen } from './fixed-screen.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
  [20, 5],
  [44, 12],
] as const;
/** Keys that move, and those of a prompt, are pressed more often than others. */
const OFTEN = [
  'down',
  'up',
  'right',
  'left',
  'pagedown',
  'pageup',
  'home',
  'end',
  'tab',
  'escape',
  'enter',
  '/',
  'e',
  't',
];
const WORDS = ['tcp', 'process == ', 'port 443', '語', '"', '(', ' '];

/** What a person could do at the screen, at random: keys, the mouse, pastes, other sizes, and the machine goes on. */
export class RandomSteps {
  private readonly random: Prng;

  constructor(seed: number) {
    this.random = new Prng(seed);
  }

  step(screen: FixedScreen): void {
    const { random } = this;
    const dice = random.below(100);
    if (dice < 8) screen.look();
    else if (dice < 11) this.resize(screen);
    else if (dice < 17) screen.take({ type: 'time' });
    else if (dice < 25) screen.take({ type: 'input', input: this.mouse(screen) });
    else if (dice < 28) screen.take({ type: 'input', input: { type: 'paste', text: random.of(WORDS) } });
    else if (dice < 38) screen.press(String(1 + random.below(TAB_NAMES.length)));
    else screen.press(dice < 70 ? random.of(OFTEN) : random.of(ALL_KEYS));
  }

  private resize(screen: FixedScreen): void {
    const [width, height] = this.random.of(SIZES);
    const more = this.random.below(3);
    screen.take({ type: 'resize', width: width + more, height: height + this.random.below(3) });
  }

  private mouse(screen: FixedScreen): Input {
    const { random } = this;
    const action = random.of(['press', 'release', 'drag', 'wheel_up', 'wheel_down'] as const);
    const [column, row] = [random.below(screen.model.width), random.below(screen.model.height)];
    return { type: 'mouse', action, column, row };
  }
}
