import fs from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

/** What a chunk exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

/** The chunks of a program, as `bundle-program.js` writes them. */
export interface Chunks {
  /** What the chunk of this name exports, such as `./chunk-AAAA.cjs`; it is loaded if it was not. */
  load(name: string): Exports;
  /** Whether V8 took the code that it was given, of each joined script that was loaded. */
  readonly usesKeptCode: boolean;
  /** The joined scripts that were loaded, with the code of all functions that have run so far. */
  compiledCode(): readonly { readonly script: string; readonly code: Buffer }[];
}

/** A script of several chunks, whose code V8 can keep. */
export interface JoinedScript {
  readonly script: string;
  readonly chunks: readonly string[];
}

/** What a joined script makes: functions that give what each chunk exports. */
type Gives = Readonly<Record<string, () => Exports>>;

/** What the text of a script is: a function of these. */
type Script = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  $import: (name: string) => Promise<unknown>,
  $node: (name: string) => unknown,
  $later: (name: string) => unknown,
  $url: string,
) => void;

/**
 * Loads the first script of a program, and from its folder `second` or each other chunk when it is wanted. `keptCodeOf` finds
 * the code that was kept of a script.
 */
export function openChunks(first: string, second: JoinedScript, keptCodeOf: (script: string) => Buffer | null): Chunks {
  const folder = path.dirname(first);
  const url = pathToFileURL(first).href;
  const requireHere = createRequire(first);
  const loaded = new Map<string, { exports: object }>();
  const nodes = new Map<string, unknown>();
  const joined: { readonly script: string; readonly compiled: vm.Script; readonly isKept: boolean }[] = [];
  const ofSecond = new Set(second.chunks);
  let gives = join(first);

  function join(filename: string): Gives {
    // it is ASCII: a byte a character
    const text = fs.readFileSync(filename, 'latin1');
    const keptCode = keptCodeOf(filename);
    const compiled = new vm.Script(text, { filename, ...(keptCode === null ? {} : { cachedData: keptCode }) });
    joined.push({ script: filename, compiled, isKept: keptCode !== null && compiled.cachedDataRejected === false });
    return run(compiled.runInThisContext() as Script) as Gives;
  }

  function run(body: Script, module: { exports: object } = { exports: {} }): object {
    body(module.exports, require, module, load, node, later, url);
    return module.exports;
  }

  function require(name: string): unknown {
    return name.startsWith('./') ? chunk(name) : requireHere(name);
  }

  function chunk(name: string): Exports {
    const file = name.slice(2);
    let module = loaded.get(file);
    if (module === undefined) {
      if (ofSecond.has(file) && !(file in gives)) gives = { ...gives, ...join(path.join(folder, second.script)) };
      module = { exports: gives[file]?.() ?? {} };
      loaded.set(file, module);
      if (file in gives) return module.exports as Exports;
      const filename = path.join(folder, file);
      const body = vm.runInThisContext(fs.readFileSync(filename, 'utf8'), { filename }) as Script;
      run(body, module);
    }
    return module.exports as Exports;
  }

  /** What `import(name)` is in a script. */
  async function load(name: string): Promise<unknown> {
    if (isBuiltin(name)) return node(name);
    return name.endsWith('.mjs') ? import(new URL(name, url).href) : chunk(name);
  }

  /** A module of node with itself as its default export, as an ES module sees it. */
  function node(name: string): unknown {
    let known = nodes.get(name);
    if (known === undefined) {
      const exported = requireHere(name) as object;
      known = { __proto__: exported, default: exported };
      nodes.set(name, known);
    }
    return known;
  }

  /** The same, loaded when something of it is used. */
  function later(name: string): unknown {
    return new Proxy({}, { get: (_, key) => Reflect.get(node(name) as object, key) });
  }

  return {
    load: chunk,
    get usesKeptCode() {
      return joined.every(({ isKept }) => isKept);
    },
    compiledCode: () => joined.map(({ script, compiled }) => ({ script, code: compiled.createCachedData() })),
  };
}
