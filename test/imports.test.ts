import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');

/** What the files that match `files` may not import (a path from the root, or a package) or contain in their code. */
const RULES: readonly {
  readonly rule: string;
  readonly files: RegExp;
  readonly imports?: RegExp;
  readonly code?: RegExp;
}[] = [
  { rule: 'core imports neither commands nor platform', files: /^src\/core\//, imports: /^src\/(commands|platform)\// },
  { rule: 'platform does not import commands', files: /^src\/platform\//, imports: /^src\/commands\// },
  {
    rule: 'wire imports wire and the text of addresses',
    files: /^src\/core\/wire\//,
    imports: /^(?!src\/core\/(wire|net)\/|node:crypto$)/,
  },
  {
    rule: 'core opens no file, process, socket or clock',
    files: /^src\/core\//,
    imports:
      /^node:(child_process|cluster|dgram|dns|fs|http|https|http2|net|os|process|timers|tls|worker_threads)(\/|$)/,
    code: /\bconsole\.|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.(argv|cwd|env|exit|hrtime|kill|nextTick|on|once|std\w+|uptime)\b|\bset(Timeout|Interval)\(/,
  },
  {
    rule: 'one file asks which system this is',
    files: /^src\/(?!platform\/index\.ts$)/,
    code: /\bprocess\.platform\b/,
  },
  { rule: 'an import names its file', files: /./, imports: /^src\/.*(?<!\.tsx?)$/ },
];

test.each(RULES)('$rule', ({ files, imports, code }) => {
  const broken = sources().flatMap((source) => {
    if (!files.test(source.file)) return [];
    const imported = source.imports.filter((one) => imports?.test(one)).map((one) => `${source.file} imports ${one}`);
    const written = code === undefined ? [] : source.code.split('\n').filter((line) => code.test(line));
    return [...imported, ...written.map((line) => `${source.file}: ${line.trim()}`)];
  });
  expect(broken).toEqual([]);
});

test('every import is seen', () => {
  const text = `import a from './a.ts';\nimport type { B } from '../core/b.ts';\nawait import('./c.tsx');\ncreateRequire(import.meta.url)('koffi');\n// from './comment.ts'`;
  expect(importsOf('src/commands/x.ts', codeOf(text))).toEqual([
    'src/commands/a.ts',
    'src/core/b.ts',
    'src/commands/c.tsx',
    'koffi',
  ]);
});

interface Source {
  readonly file: string;
  readonly code: string;
  readonly imports: readonly string[];
}

function sources(): Source[] {
  const names = fs.readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => {
      const file = path.posix.join('src', name);
      const code = codeOf(fs.readFileSync(path.join(ROOT, file), 'utf8'));
      return { file, code, imports: importsOf(file, code) };
    });
}

/** The text without its comments. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** What a file imports or requires: a path from the root for a relative name, else the name. */
function importsOf(file: string, code: string): string[] {
  const names = [...code.matchAll(/\b(?:from|import|require|createRequire\([^)]*\))\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return names.map((name) => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name));
}
