import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  // Not in the folder for temporary files, which is another one in each run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // What waits for services and servers to start takes long on a machine that others use too; what hangs, hangs for ever.
  testTimeout: 90_000,
  setupFilesAfterEnv: ['<rootDir>/test/harness/drop-databases.ts'],
  maxWorkers: 2,
  // Modules of a test file stay in the memory of its worker; one that has grown is replaced before it ends by itself.
  workerIdleMemoryLimit: '1500MB',
  testSequencer: '<rootDir>/scripts/suite/longest-first.mjs',
};

export default config;
