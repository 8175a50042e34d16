import { expect, it } from '@jest/globals';
import type { Router } from 'express';
import { ibmCloudLogsDoor } from '../../src/doors/ibm-cloud-logs/door.ts';
import { ibmIamAccessDoor } from '../../src/doors/ibm-iam-access/door.ts';
import { ibmIamIdentityDoor } from '../../src/doors/ibm-iam-identity/door.ts';
import { EMPTY_LISTS } from '../../src/doors/ibm-iam-identity/empty-list-operations.ts';
import { ibmIamTokenDoor } from '../../src/doors/ibm-iam-token/door.ts';
import { ibmResourceControllerDoor } from '../../src/doors/ibm-resource-controller/door.ts';
import { ibmUserManagementDoor } from '../../src/doors/ibm-user-management/door.ts';
import { ivantiDoor } from '../../src/doors/ivanti/door.ts';
import { latchkeyDoor } from '../../src/doors/latchkey/door.ts';
import { logdnaDoor } from '../../src/doors/logdna/door.ts';
import { pingAicDoor } from '../../src/doors/ping-aic/door.ts';
import { pingAutonomousIdentityDoor } from '../../src/doors/ping-autonomous-identity/door.ts';
import { SERVICE_OPERATIONS } from '../../src/server/service-document.ts';

/** Stands for whatever a door is built of: nothing of it is used before there is a request. */
function anything(): never {
  const any: object = new Proxy(() => any, {
    get(_, name) {
      if (name === Symbol.toPrimitive) return () => 'https://keys.test';
      return name === Symbol.iterator ? [][Symbol.iterator] : any;
    },
  });
  // Safe: it answers every name, and every call, with itself.
  return any as never;
}

/** Every door there is: a new one is a row here. */
const DOORS: readonly Router[] = [
  ibmIamTokenDoor(anything()),
  ibmIamIdentityDoor(anything()),
  ibmIamAccessDoor(anything()),
  ibmUserManagementDoor(anything()),
  ibmResourceControllerDoor(anything()),
  logdnaDoor(anything()),
  ibmCloudLogsDoor(anything()),
  pingAicDoor(anything()),
  pingAutonomousIdentityDoor(anything()),
  ivantiDoor(anything()),
  latchkeyDoor(anything()),
];

/** Served and not described: other names of what is described, which clients have got wrong, and what is always refused. */
const UNDESCRIBED = new Set([
  'POST /oidc/token',
  'POST /identity/identity/token',
  String.raw`POST /^\/identity\/token%23[^/]{0,100}$/`,
  'GET /oidc/jwks',
  'GET /identity/.well-known/oauth-authorization-server',
  'GET /.well-known/openid-configuration/identity',
  ...EMPTY_LISTS.map(({ path }) => `POST ${path}`),
]);

const routesOf = ({ stack }: Router): readonly string[] =>
  stack.flatMap(({ route }) => {
    // What is left without a method refuses all that no other takes.
    const served = route?.stack.flatMap(({ method }) => (method === undefined ? [] : [method.toUpperCase()])) ?? [];
    return served.map((method) => `${method} ${route?.path}`);
  });

/** A route that nobody describes stands in no matrix, and no test would ask who may use it. */
it('given every door, when its routes are listed, then each is described with what it requires, and no other is', () => {
  const served = new Set(DOORS.flatMap(routesOf));
  const described = new Set(SERVICE_OPERATIONS.map(({ method, path }) => `${method} ${path}`));

  expect([...served].filter((route) => !described.has(route)).toSorted()).toEqual([...UNDESCRIBED].toSorted());
  expect([...described].filter((route) => !served.has(route))).toEqual([]);
});
