import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Source files by path from the root of the repository, with `/` between folders. */
export type SourceTree = ReadonlyMap<string, string>;

/** @returns every `.ts` file, and `.mjs` file of `src/`, below the given folders of `root` that is ours: the peer of the benchmarks brings packages of its own */
export function readSourceTree(root: string, folders: readonly string[]): SourceTree {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
      .filter((path) => /\.ts$|^src\/.*\.mjs$/.test(path) && !path.includes('/node_modules/')),
  );
  return new Map(files.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
