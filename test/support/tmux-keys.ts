/** How tmux names keys. */
const NAMES: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PPage',
  pagedown: 'NPage',
  home: 'Home',
  end: 'End',
  space: 'Space',
  tab: 'Tab',
  backtab: 'BTab',
  enter: 'Enter',
  escape: 'Escape',
  f1: 'F1',
};

/** The name of a key as `keyName` writes it. */
export const tmuxName = (key: string): string => NAMES[key] ?? key.replace(/^ctrl\+/, 'C-');
