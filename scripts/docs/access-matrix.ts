import { OWN_RIGHTS, PERSONAL_RIGHTS } from '../../src/access/own-rights.ts';
import type { Operation, Requirement } from '../../src/http/openapi.ts';
import { SERVICES } from '../../src/resource-catalog/catalog.ts';
import { INSTALLATION_ACTIONS } from '../../src/resource-catalog/installation-actions.ts';
import {
  PLATFORM_ROLES,
  type PlatformRole,
  type ServiceDefinition,
  type ServiceRole,
} from '../../src/resource-catalog/service-definition.ts';
import { SERVICE_OPERATIONS } from '../../src/server/service-document.ts';

/** What stands in the matrix of docs/security.md for one route, and what a test expects of it. */
export interface MatrixRow {
  readonly operation: Operation;
  /** The action that is asked for, if any. */
  readonly action: string | undefined;
  /** One that is asked for as well, if any. */
  readonly and: string | undefined;
  /** Whether somebody without credentials may. */
  readonly forNobody: boolean;
  /** Whether a key of another kind is asked for, so that no token is enough, whosever it is: and which. */
  readonly forOwnKeys: string | undefined;
  /** Whether everybody with a good token may; the answer may then be filtered. */
  readonly forEveryToken: boolean;
  /** Whether every user with a good token may, and no service ID. */
  readonly forEveryUser: boolean;
  /** Whether the token of a log-in with a password is asked for, so that that of a key is not enough, whosever it is. */
  readonly forLogIns: boolean;
  /** Whether it is the operator's of the installation alone. */
  readonly forOperator: boolean;
  /** By the platform role of the service on which it is done. */
  readonly platformRoles: ReadonlySet<PlatformRole>;
  /** Roles of single services that give it. */
  readonly serviceRoles: readonly NamedRole[];
}

/** A role, and the service that has it. */
export interface NamedRole {
  readonly service: ServiceDefinition;
  readonly role: ServiceRole;
}

const KEY_WORDS: ReadonlyMap<Requirement, string> = new Map([
  ['an ingestion key', 'every good ingestion key, to its own instance'],
  ['a log API key', 'every good log API key; the log, of its own account, if its identity has `iam-identity.log.read`'],
]);

/** @returns a row for every route that this service describes */
export const matrixRows = (): readonly MatrixRow[] => SERVICE_OPERATIONS.map(rowOf);

function rowOf(operation: Operation): MatrixRow {
  const { requires } = operation;
  const action = actionOf(requires);
  const and = typeof requires === 'object' && 'and' in requires ? requires.and : undefined;
  const needed = [action, and].filter((one) => one !== undefined);
  const platformRoles = PLATFORM_ROLES.filter((role) => needed.length > 0 && needed.every((one) => givenBy(role, one)));
  return {
    operation,
    action,
    and,
    forNobody: requires === 'nothing',
    forOwnKeys: KEY_WORDS.get(requires),
    forEveryToken: requires === 'a token' || (typeof requires === 'object' && 'shows' in requires),
    forEveryUser: requires === 'a token of a user',
    forLogIns: requires === 'the token of a log-in',
    forOperator: action !== undefined && INSTALLATION_ACTIONS.has(action),
    platformRoles: new Set(platformRoles),
    serviceRoles: rolesWith(needed),
  };
}

/** Roles of single services that give each of these, if there are any. */
const rolesWith = (needed: readonly string[]): readonly NamedRole[] =>
  SERVICES.flatMap((service) =>
    service.serviceRoles
      .filter(({ actions }) => needed.length > 0 && needed.every((one) => actions.includes(one)))
      .map((role) => ({ service, role })),
  );

function actionOf(requires: Requirement): string | undefined {
  if (typeof requires !== 'object') return undefined;
  return 'action' in requires ? requires.action : requires.shows;
}

const givenBy = (role: PlatformRole, action: string): boolean =>
  SERVICES.some(({ platformRoles }) => platformRoles[role].includes(action));

/** The matrix as Markdown. */
export function accessMatrixTable(): string {
  const columns = ['route', 'action', 'owner', ...PLATFORM_ROLES.toReversed(), 'and'];
  const lines = matrixRows().map((row) => `| ${cellsOf(row).join(' | ')} |`);
  return [`| ${columns.join(' | ')} |`, `|${columns.map(() => '---|').join('')}`, ...lines].join('\n');
}

function cellsOf(row: MatrixRow): readonly string[] {
  const { operation, action, and, forNobody, forOwnKeys, forOperator, platformRoles } = row;
  const mark = (may: boolean): string => (may ? '✓' : '');
  const open = forNobody || row.forEveryToken || row.forEveryUser;
  return [
    `\`${operation.method} ${operation.path}\``,
    [action, and].flatMap((one) => (one === undefined ? [] : [`\`${one}\``])).join(' and '),
    mark(open || !(forOperator || forOwnKeys !== undefined || row.forLogIns)),
    ...PLATFORM_ROLES.toReversed().map((role) => mark(open || platformRoles.has(role))),
    furtherWords(row).join('; '),
  ];
}

function furtherWords(row: MatrixRow): readonly string[] {
  const { action, and, forNobody, forEveryToken, forOperator, serviceRoles } = row;
  if (forNobody) return ['everybody'];
  if (row.forEveryUser) return ['every user, with a good token; no service ID'];
  if (row.forLogIns) return ['every good token of a log-in with a password'];
  if (row.forOwnKeys !== undefined) return [row.forOwnKeys];
  if (forEveryToken) return [action === undefined ? 'every good token' : 'every good token; shows what may be read'];
  const words = serviceRoles.map(({ role, service }) => `${role.displayName} of \`${service.name}\``);
  if (action !== undefined && and !== undefined) words.push(...together(action, and));
  if (forOperator) words.unshift("the installation's operator");
  if (action === undefined) return words;
  if (OWN_RIGHTS.user.has(action))
    words.push(PERSONAL_RIGHTS.has(action) ? 'the user, and of users nobody else' : 'the user itself');
  if (OWN_RIGHTS['service-id'].has(action)) words.push('the service ID itself');
  return words;
}

/** Where no role by itself is enough: which are, together. */
function together(action: string, and: string): readonly string[] {
  const platform = PLATFORM_ROLES.filter((role) => givenBy(role, action) && !givenBy(role, and));
  return rolesWith([and])
    .filter(({ role }) => !role.actions.includes(action))
    .map(({ role, service }) => `${platform.join(' or ')} with ${role.displayName} of \`${service.name}\``);
}
