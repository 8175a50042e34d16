import { describe, expect, it } from '@jest/globals';
import { type HouseParts, houseOf } from './house.ts';
import { readImports } from './read-imports.ts';
import { RULES } from './rules.ts';

type Files = Readonly<Record<string, string>>;

const importOf = (...specifiers: string[]) => specifiers.map((specifier) => `import '${specifier}';`).join('\n');

/** @returns every complaint of every rule about a small tree */
function complaintsAbout(files: Files, packages: Omit<HouseParts, 'tree'> = {}): string[] {
  const house = houseOf({ tree: new Map(Object.entries(files)), ...packages });
  return Object.values(RULES).flatMap((rule) => rule(house));
}

/** A tree in which one file imports another; the other is there, so that only the arrow can be complained of. */
const arrow = (from: string, to: string): Files => {
  const up = '../'.repeat(from.split('/').length - 1);
  return { [to]: '', [from]: importOf(`${up}${to}`) };
};

describe('the rules of the architecture', () => {
  describe('given an import that the plan allows', () => {
    it.each([
      ['src/main.ts', 'src/server/build-app.ts'],
      ['src/main.ts', 'src/config/read-config.ts'],
      ['src/server/doors.ts', 'src/doors/oauth/routes.ts'],
      ['src/server/open-store.ts', 'src/store-sqlite/open.ts'],
      ['src/doors/oauth/routes.ts', 'src/tokens/exchange.ts'],
      ['src/doors/oauth/routes.ts', 'src/http/read-form.ts'],
      ['src/tokens/grants/apikey-grant.ts', 'src/api-keys/authenticate.ts'],
      ['src/api-keys/create.ts', 'src/store/store.ts'],
      ['src/audit/record.ts', 'src/store/store.ts'],
      ['src/verifier/verify.ts', 'src/token-format/claims.ts'],
      ['src/cli/login.ts', 'src/client/client.ts'],
      ['test/tokens/exchange.test.ts', 'src/server/build-app.ts'],
      ['scripts/write-docs.ts', 'src/config/describe-settings.ts'],
    ])('when %s imports %s, then nothing is complained of', (from, to) => {
      expect(complaintsAbout(arrow(from, to))).toEqual([]);
    });
  });

  describe('given an import that the plan forbids', () => {
    it.each([
      ['src/tokens/exchange.ts', 'src/doors/oauth/routes.ts', 'downwards only'],
      ['src/store/store.ts', 'src/tokens/exchange.ts', 'downwards only'],
      ['src/doors/oauth/routes.ts', 'src/server/build-app.ts', 'downwards only'],
      ['src/doors/oauth/routes.ts', 'src/doors/ivanti/routes.ts', 'a door never imports another'],
      ['src/accounts/create.ts', 'src/api-keys/create.ts', 'no arrow from accounts to api-keys'],
      ['src/users/create.ts', 'src/service-ids/create.ts', 'no arrow from users to service-ids'],
      ['src/main.ts', 'src/tokens/exchange.ts', 'may import server and config'],
      ['src/server/build-app.ts', 'src/main.ts', 'nothing of the service imports main'],
      ['src/tokens/exchange.ts', 'src/verifier/verify.ts', 'nothing of the service imports verifier'],
      ['src/verifier/verify.ts', 'src/clock/clock.ts', 'may import token-format'],
      ['src/client/client.ts', 'src/tokens/exchange.ts', 'may import nothing'],
      ['src/api-keys/create.ts', 'src/store-sqlite/open.ts', 'only server/ chooses a back-end'],
      ['src/jobs/sweep.ts', 'src/store-mongo-redis/open.ts', 'only server/ chooses a back-end'],
      ['src/tokens/exchange.ts', 'test/harness/service.ts', 'nothing outside src/'],
    ])('when %s imports %s, then the complaint names both and says what to do', (from, to, advice) => {
      const [complaint = '', ...others] = complaintsAbout(arrow(from, to));

      expect(others).toEqual([]);
      expect(complaint).toContain(`${from} imports ${to}`);
      expect(complaint).toContain(advice);
    });

    it.each([
      ['a type', "import type { A } from '../doors/oauth/a.ts';"],
      ['a re-export', "export { a } from '../doors/oauth/a.ts';"],
      ['a re-export of everything', "export * from '../doors/oauth/a.ts';"],
      ['a dynamic import', "export const a = () => import('../doors/oauth/a.ts');"],
      ['an imported type expression', "export type A = import('../doors/oauth/a.ts').A;"],
    ])('when it is %s, then it counts as well', (_form, source) => {
      const complaints = complaintsAbout({ 'src/doors/oauth/a.ts': '', 'src/tokens/exchange.ts': source });

      expect(complaints).toEqual([expect.stringContaining('downwards only')]);
    });
  });

  describe('given files that import each other', () => {
    it('when the circle has three files and one arrow is a type, then it is found once', () => {
      const complaints = complaintsAbout({
        'src/store/a.ts': importOf('./b.ts'),
        'src/store/b.ts': importOf('./c.ts'),
        'src/store/c.ts': "import type { A } from './a.ts';",
      });

      expect(complaints).toEqual([
        expect.stringContaining('src/store/a.ts → src/store/b.ts → src/store/c.ts → src/store/a.ts'),
      ]);
    });

    it('when two ways lead to one file, then that is no circle', () => {
      expect(
        complaintsAbout({
          'src/store/a.ts': importOf('./b.ts', './c.ts'),
          'src/store/b.ts': importOf('./d.ts'),
          'src/store/c.ts': importOf('./d.ts'),
          'src/store/d.ts': '',
        }),
      ).toEqual([]);
    });
  });

  describe('given packages', () => {
    const packages = { dependencies: ['zod', 'express', 'mongoose'], developmentDependencies: ['jose'] };

    it.each([
      ['src/tokens/a.ts', 'zod/v4'],
      ['src/tokens/a.ts', 'node:crypto'],
      ['src/doors/oauth/a.ts', 'express'],
      ['test/tokens/a.test.ts', 'jose'],
      ['test/store-sqlite/a.test.ts', 'node:sqlite'],
    ])('when %s imports %s, then nothing is complained of', (from, specifier) => {
      expect(complaintsAbout({ [from]: importOf(specifier) }, packages)).toEqual([]);
    });

    it.each([
      ['src/tokens/a.ts', 'jose', 'not in "dependencies"'],
      ['src/tokens/a.ts', '@scope/undeclared/deep', 'imports @scope/undeclared,'],
      ['test/tokens/a.test.ts', 'undeclared', 'not in "dependencies" or "devDependencies"'],
      ['src/tokens/a.ts', 'express', 'only http and doors and server may'],
      ['src/store-sqlite/a.ts', 'mongoose', 'only store-mongo-redis may'],
      ['src/api-keys/a.ts', 'node:sqlite', 'only store-sqlite may'],
    ])('when %s imports %s, then that is complained of', (from, specifier, advice) => {
      expect(complaintsAbout({ [from]: importOf(specifier) }, packages)).toEqual([expect.stringContaining(advice)]);
    });
  });

  describe('given a single file', () => {
    it.each([
      ['src/gadgets/a.ts', '', 'is in no room'],
      ['src/stray.ts', '', 'is in no room'],
      ['src/doors/stray.ts', '', 'is in no room'],
      ['src/tokens/helpers/a.ts', '', 'says nothing'],
      ['test/utils/a.ts', '', 'says nothing'],
      ['src/tokens/index.ts', '', 'is a barrel'],
      ['src/tokens/ibm-grant.ts', '', "named after a vendor ('ibm')"],
      ['src/server/ping-aic-login.ts', '', "named after a vendor ('ping')"],
      ['src/tokens/a.ts', 'export const ibmScope = 1;', "says 'ibm' in its code"],
      ['src/store/a.ts', 'export interface LogdnaLine {}', "says 'Logdna' in its code"],
      ['src/server/a.ts', "export const grant = 'urn:ibm:grant';", "says 'ibm' in its code"],
      ['src/tokens/a.ts', 'export const a = `of ForgeRock`;', "says 'ForgeRock' in its code"],
      ['src/tokens/a.ts', 'export const form = /^IVANTI-/;', "says 'IVANTI' in its code"],
      ['src/http/a.ts', "export const user = 'IBMid';", "says 'IBM' in its code"],
      ['src/tokens/a.ts', 'const pingOneLogin = 1;', "says 'ping' in its code"],
      ['src/tokens/a.ts', '// As at Ping.\n', "says 'Ping' in a comment"],
      ['src/tokens/a.ts', "/** IBM's own form. */\nconst a = 1;", "says 'IBM' in a comment"],
      ['src/tokens/a.ts', '/** A form (IBM). */\nconst a = 1;', "says 'IBM' in a comment"],
      ['src/tokens/a.ts', '\n'.repeat(301), 'has 301 lines'],
      ['src/tokens/a.ts', importOf('./gone.ts'), 'is no TypeScript file'],
      ['src/tokens/a.ts', 'const name = "./b.ts";\nawait import(name);', 'target is computed'],
    ])('when it is %s, then the rule that it breaks complains', (path, source, advice) => {
      expect(complaintsAbout({ [path]: source })).toEqual([expect.stringContaining(advice)]);
    });

    it.each([
      ['src/tokens/a.ts', '\n'.repeat(300)],
      ['src/doors/ibm-iam-token/routes.ts', ''],
      ['src/tokens/mapping.ts', ''],
      ['src/store/ping.ts', 'export const ping = () => {};\nexport const pingPrimary = ping; // Is the primary there?'],
      ['src/tokens/a.ts', '/**\n * Seven days (IBM Cloud\n * docs, "Reclamations").\n */\nconst a = 1;'],
      ['src/doors/logdna/a.ts', "// LogDNA's own.\nexport const logdna = 'logdna';"],
      ['src/server/doors.ts', 'export const ibmDoor = 1;'],
      ['src/api-keys/key-kinds.ts', '/** Ivanti. */\nexport const kind = 1;'],
      ['src/resource-catalog/definitions/a.ts', "export const name = 'logdna';"],
      ['src/users/user.ts', "export const realm = 'IBMid';"],
    ])('when it is %s and keeps the rules, then nothing is complained of', (path, source) => {
      expect(complaintsAbout({ [path]: source })).toEqual([]);
    });
  });
});

describe('readImports', () => {
  it('when a comment or a string looks like an import, then it is none', () => {
    const source = `// import './a.ts';\nexport const text = "import './b.ts'";\nexport const c = \`\${text} from './c.ts'\`;`;

    expect(readImports(source)).toEqual({ specifiers: [], unreadable: 0 });
  });

  it('when an export has no source, then it imports nothing', () => {
    expect(readImports('const a = 1;\nexport { a };')).toEqual({ specifiers: [], unreadable: 0 });
  });
});
