import { describe, expect, it } from '@jest/globals';
import { operations as cloudLogs } from '../../src/doors/ibm-cloud-logs/operations.ts';
import { STREAM_PATHS } from '../../src/doors/ibm-cloud-logs/paths.ts';
import { operations as access } from '../../src/doors/ibm-iam-access/operations.ts';
import { operations as identity } from '../../src/doors/ibm-iam-identity/operations.ts';
import { operations as token } from '../../src/doors/ibm-iam-token/operations.ts';
import { operations as resources } from '../../src/doors/ibm-resource-controller/operations.ts';
import { operations as users } from '../../src/doors/ibm-user-management/operations.ts';
import { operations as ivanti } from '../../src/doors/ivanti/operations.ts';
import { operations as product } from '../../src/doors/latchkey/operations.ts';
import { operations as logdna } from '../../src/doors/logdna/operations.ts';
import { operations as aic } from '../../src/doors/ping-aic/operations.ts';
import { operations as autonomousIdentity } from '../../src/doors/ping-autonomous-identity/operations.ts';
import type { Operation } from '../../src/http/openapi.ts';
import {
  AIC_PATHS,
  AUTONOMOUS_IDENTITY_PATHS,
  CLOUD_LOGS_PATHS,
  LOGDNA_PATHS,
  RESOURCE_PATHS,
  REST_PATHS,
  WEB_SOCKET_PATH,
} from '../../src/server/door-paths.ts';

const DOORS = {
  token,
  logdna,
  cloudLogs,
  aic,
  autonomousIdentity,
  ivanti,
  resources,
  access,
  identity,
  users,
  product,
};

const pathsOf = (rows: readonly Operation[]): readonly string[] => [
  ...new Set(rows.map(({ path }) => path.replaceAll(/:[a-z_]+/g, 'x1'))),
];
const every = Object.values(DOORS).flatMap(pathsOf);

/** A path that a door serves and that does not lead to it is a route that is not there. */
describe('the paths by which doors are found', () => {
  it.each<[keyof typeof DOORS, RegExp]>([
    ['logdna', LOGDNA_PATHS],
    ['cloudLogs', CLOUD_LOGS_PATHS],
    ['aic', AIC_PATHS],
    ['autonomousIdentity', AUTONOMOUS_IDENTITY_PATHS],
    ['ivanti', REST_PATHS],
    ['resources', RESOURCE_PATHS],
  ])(
    'when all that is served is looked for, then what leads to %s is what it serves, and nothing else',
    (door, paths) => {
      expect(every.filter((path) => paths.test(path))).toEqual(pathsOf(DOORS[door]));
      for (const path of pathsOf(DOORS[door])) {
        expect([`${path}/`, path.toUpperCase()].filter((spelling) => !paths.test(spelling))).toEqual([]);
      }
    },
  );

  it('when web sockets are looked for, then they lead to where lines are streamed, and nowhere else', () => {
    const streams = Object.values(STREAM_PATHS).map((path) => path.replaceAll(/:[a-z_]+/g, 'x1'));

    expect(every.filter((path) => WEB_SOCKET_PATH.test(path)).toSorted()).toEqual(streams.toSorted());
  });
});
