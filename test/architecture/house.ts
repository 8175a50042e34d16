import { posix } from 'node:path';
import { type FileImports, readImports } from './read-imports.ts';
import type { SourceTree } from './source-tree.ts';

/** What the rules look at. */
export interface House {
  readonly tree: SourceTree;
  readonly importsOf: ReadonlyMap<string, FileImports>;
  /** Packages that the running service has. */
  readonly dependencies: readonly string[];
  /** Packages that only tests and scripts have. */
  readonly developmentDependencies: readonly string[];
}

/** What `houseOf` takes. */
export interface HouseParts {
  readonly tree: SourceTree;
  readonly dependencies?: readonly string[];
  readonly developmentDependencies?: readonly string[];
}

/** Reads every file's imports once. */
export function houseOf({ tree, dependencies = [], developmentDependencies = [] }: HouseParts): House {
  const importsOf = new Map([...tree].map(([path, source]) => [path, readImports(source)]));
  return { tree, importsOf, dependencies, developmentDependencies };
}

/** One import of one file of the tree by another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** @returns every relative import, resolved to a path; whether a file is there is not looked at */
export function arrowsOf({ importsOf }: House): readonly Arrow[] {
  return [...importsOf].flatMap(([from, { specifiers }]) =>
    specifiers
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ from, to: posix.join(posix.dirname(from), specifier) })),
  );
}

/** One import of a package by a file; `node:` names count as packages. */
export interface PackageImport {
  readonly from: string;
  readonly packageName: string;
}

/** @returns every import that is not relative, without the path inside the package */
export function packageImportsOf({ importsOf }: House): readonly PackageImport[] {
  return [...importsOf].flatMap(([from, { specifiers }]) =>
    specifiers
      .filter((specifier) => !specifier.startsWith('.'))
      .map((specifier) => ({ from, packageName: packageNameOf(specifier) })),
  );
}

function packageNameOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
