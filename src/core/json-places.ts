/** A place in a text: lines and columns count from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** The places of things in a JSON text. */
export interface JsonPlaces {
  /** Where it stops being valid JSON; null when all of it is valid. */
  readonly fault: TextPlace | null;
  /**
   * The keys of the outermost object, and of the objects in it as `outer.inner`; for a key that occurs twice, the last
   * place.
   */
  readonly keys: ReadonlyMap<string, TextPlace>;
}

/** RFC 8259: white space, then one token. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\0-\x1f]*)*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null))/y;

/** What may come next. */
type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing';

/**
 * Finds the places in a JSON text. The message of JSON.parse for a bad text depends on the version of node, and quotes
 * the text.
 */
export function placesOf(json: string): JsonPlaces {
  const keys = new Map<string, TextPlace>();
  const open: ('{' | '[')[] = [];
  let outer = '';
  let wanted: Wanted = 'value';
  const after = (): Wanted => (open.length === 0 ? 'nothing' : ', or end');
  const place = openPlaces(json);
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(json);
    if (found === null) {
      const at = from + /^[ \t\n\r]*/.exec(json.slice(from))![0].length;
      const isWhole = at === json.length && wanted === 'nothing';
      return { fault: isWhole ? null : place(at), keys };
    }
    const [, sign, string] = found;
    const token = sign ?? string ?? found[3]!;
    const at = TOKEN.lastIndex - token.length;
    if (wanted === 'value' || wanted === 'value or ]') {
      if (sign === '{' || sign === '[') {
        open.push(sign);
        wanted = sign === '{' ? 'key or }' : 'value or ]';
      } else if (sign === ']' && wanted === 'value or ]') {
        open.pop();
        wanted = after();
      } else if (sign === undefined) wanted = after();
      else return { fault: place(at), keys };
    } else if ((wanted === 'key' || wanted === 'key or }') && string !== undefined) {
      const name = JSON.parse(string) as string;
      if (open.length === 1) outer = name;
      if (open.length === 1) keys.set(name, place(at));
      else if (open.length === 2 && open[0] === '{') keys.set(`${outer}.${name}`, place(at));
      wanted = ':';
    } else if (wanted === ':' && sign === ':') wanted = 'value';
    else if (wanted === ', or end' && sign === ',') wanted = open.at(-1) === '{' ? 'key' : 'value';
    else if ((wanted === ', or end' || wanted === 'key or }') && sign === (open.at(-1) === '{' ? '}' : ']')) {
      open.pop();
      wanted = after();
    } else return { fault: place(at), keys };
  }
}

/** Turns offsets, which may only grow, into places. */
function openPlaces(text: string): (at: number) => TextPlace {
  let line = 1;
  let begin = 0;
  return (at) => {
    for (let end = text.indexOf('\n', begin); end >= 0 && end < at; end = text.indexOf('\n', begin)) {
      line++;
      begin = end + 1;
    }
    return { line, column: at - begin + 1 };
  };
}

/** `line 3, column 5`. */
export const formatPlace = ({ line, column }: TextPlace): string => `line ${line}, column ${column}`;
