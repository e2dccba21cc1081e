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
  /** Whether V8 took the code that it was given. */
  readonly usesKeptCode: boolean;
  /** The code of the first script, of all functions that have run so far. */
  compiledCode(): Buffer;
}

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

/** Loads the first script of a program, and from its folder each other chunk when it is wanted. */
export function openChunks(first: string, keptCode: Buffer | null): Chunks {
  const folder = path.dirname(first);
  const url = pathToFileURL(first).href;
  const requireHere = createRequire(first);
  const loaded = new Map<string, { exports: object }>();
  const nodes = new Map<string, unknown>();

  // it is ASCII: a byte a character
  const text = fs.readFileSync(first, 'latin1');
  const script = new vm.Script(text, { filename: first, ...(keptCode === null ? {} : { cachedData: keptCode }) });
  const starting = run(script.runInThisContext() as Script) as Readonly<Record<string, () => Exports>>;

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
      module = { exports: starting[file]?.() ?? {} };
      loaded.set(file, module);
      if (file in starting) return module.exports as Exports;
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
    usesKeptCode: keptCode !== null && script.cachedDataRejected === false,
    compiledCode: () => script.createCachedData(),
  };
}
