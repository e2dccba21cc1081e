/** Characters of a text from outside that a model is shown. */
const LONGEST_TEXT = 64;

// what a terminal acts on or does not show; see core/output/safe-text.ts
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\ufffd]+/gu;

/** The text without what does not show, white space as single blanks, and at most so many characters. */
export function plainText(text: string, longest = LONGEST_TEXT): string {
  // what is cut off is not looked at: the text may be of any length
  const shown = text
    .slice(0, 8 * longest)
    .replace(HIDDEN, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...shown];
  return characters.length <= longest ? shown : `${characters.slice(0, longest - 1).join('')}…`;
}
