/** xterm's modes: alternate screen, cursor, wrapping at the edge, bracketed paste. */
export const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h';
/** Mouse reports: buttons and drags (1002), in SGR form (1006). */
export const MOUSE_ON = '\x1b[?1002h\x1b[?1006h';
export const MOUSE_OFF = '\x1b[?1002l\x1b[?1006l';
/** Undoes all of these, and a frame that was cut (DEC 2026), whatever is on. */
export const LEAVE = `\x1b[?2026l\x1b[0m${MOUSE_OFF}\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l`;
/** OSC 52: puts text on the clipboard of the terminal, where it permits that. */
export const clipboard = (text: string): string => `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
