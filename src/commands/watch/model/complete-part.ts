/** Texts in quotes, what opens and closes, what joins, and words. */
const TOKENS = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[({]|[)}]|&&|\|\||[^\s(){}"'&|]+/g;

/**
 * What is complete in a filter that is being typed, the longest first: all before a word that joins. What stands behind the last
 * one may still become something else: `port` becomes `port == 443`.
 */
export function completeParts(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '(' || token === '{') depth++;
    else if (token === ')' || token === '}') depth--;
    else if (depth === 0 && /^(?:and|or|&&|\|\|)$/i.test(token)) parts.unshift(text.slice(0, index).trimEnd());
  }
  return parts.filter((part) => part !== '');
}
