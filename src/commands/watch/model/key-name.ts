import type { KeyInput } from '../../../core/screen/input.ts';

/** How a key is named in the key table: `s`, `enter`, `ctrl+c`, `alt+x`. */
export const keyName = ({ key, ctrl, alt }: KeyInput): string => `${ctrl ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${key}`;
