import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { findCircles } from './find-circles.ts';
import { DOMAIN_ARROWS } from './floors.ts';
import { type House, houseOf } from './house.ts';
import { RULES } from './rules.ts';
import { readSourceTree } from './source-tree.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The parts of package.json that the rules need. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('the architecture of this repository', () => {
  let house: House;

  beforeAll(() => {
    // Our own package.json, which npm has read before this test could run.
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    house = houseOf({
      tree: readSourceTree(ROOT, ['src', 'test', 'scripts']),
      dependencies: Object.keys(manifest.dependencies),
      developmentDependencies: Object.keys(manifest.devDependencies),
    });
  });

  it('when the tree is read, then the rules have something to look at', () => {
    const files = [...house.tree.keys()];

    expect(files.filter((path) => path.startsWith('src/')).length).toBeGreaterThan(30);
    expect(files).toContain('test/architecture/architecture.test.ts');
  });

  it.each(Object.entries(RULES))('when it is looked at, then %s', (_promise, rule) => {
    expect(rule(house)).toEqual([]);
  });

  it('when the table of arrows between domains is followed, then it never comes back', () => {
    const arrows = Object.entries(DOMAIN_ARROWS).flatMap(([from, targets]) => targets.map((to) => ({ from, to })));

    expect(findCircles(arrows)).toEqual([]);
    expect(arrows.filter(({ to }) => !Object.hasOwn(DOMAIN_ARROWS, to))).toEqual([]);
  });
});
