import fs from 'node:fs';
import { expect, test } from 'vitest';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      Readonly<Record<'dependencies' | 'optionalDependencies', Readonly<Record<string, string>> | undefined>>
    >
  >;
}

const read = (name: string) => JSON.parse(fs.readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));

test('every dependency has one exact version', () => {
  const { dependencies, optionalDependencies, devDependencies } = read('package.json');
  const versions = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies });
  expect(versions.filter(([, version]) => !/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
});

test('the lock file holds the packages of every platform', () => {
  const { packages }: Lock = read('package-lock.json');
  const locked = new Set(Object.keys(packages).map((place) => place.split('node_modules/').at(-1)));
  const named = Object.values(packages).flatMap((one) =>
    Object.keys({ ...one.dependencies, ...one.optionalDependencies }),
  );
  expect(named.filter((name) => !locked.has(name))).toEqual([]);
});

test('ARCHITECTURE.md says why each dependency is there', () => {
  const { dependencies, optionalDependencies, devDependencies } = read('package.json');
  const text = fs.readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
  const explained = (name: string): boolean =>
    text.includes(`**${name}**`) || text.includes(`**${name.replace(/^@opentelemetry\//, '')}**`);
  expect(names.filter((name) => !name.startsWith('@types/') && !explained(name))).toEqual([]);
});
