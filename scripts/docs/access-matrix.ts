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
  /** Whether somebody without credentials may. */
  readonly forNobody: boolean;
  /** Whether everybody with a good token may; the answer may then be filtered. */
  readonly forEveryToken: boolean;
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

/** @returns a row for every route that this service describes */
export const matrixRows = (): readonly MatrixRow[] => SERVICE_OPERATIONS.map(rowOf);

function rowOf(operation: Operation): MatrixRow {
  const { requires } = operation;
  const action = actionOf(requires);
  const platformRoles = PLATFORM_ROLES.filter((role) => action !== undefined && givenBy(role, action));
  return {
    operation,
    action,
    forNobody: requires === 'nothing',
    forEveryToken: requires === 'a token' || (typeof requires === 'object' && 'shows' in requires),
    forOperator: action !== undefined && INSTALLATION_ACTIONS.has(action),
    platformRoles: new Set(platformRoles),
    serviceRoles: SERVICES.flatMap((service) =>
      service.serviceRoles
        .filter(({ actions }) => action !== undefined && actions.includes(action))
        .map((role) => ({ service, role })),
    ),
  };
}

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
  const { operation, action, forNobody, forEveryToken, forOperator, platformRoles } = row;
  const mark = (may: boolean): string => (may ? '✓' : '');
  const open = forNobody || forEveryToken;
  return [
    `\`${operation.method} ${operation.path}\``,
    action === undefined ? '' : `\`${action}\``,
    mark(open || !forOperator),
    ...PLATFORM_ROLES.toReversed().map((role) => mark(open || platformRoles.has(role))),
    furtherWords(row).join('; '),
  ];
}

function furtherWords({ action, forNobody, forEveryToken, forOperator, serviceRoles }: MatrixRow): readonly string[] {
  if (forNobody) return ['everybody'];
  if (forEveryToken) return [action === undefined ? 'every good token' : 'every good token; shows what may be read'];
  const words = serviceRoles.map(({ role, service }) => `${role.displayName} of \`${service.name}\``);
  if (forOperator) words.unshift("the installation's operator");
  if (action === undefined) return words;
  if (OWN_RIGHTS.user.has(action))
    words.push(PERSONAL_RIGHTS.has(action) ? 'the user, and of users nobody else' : 'the user itself');
  if (OWN_RIGHTS['service-id'].has(action)) words.push('the service ID itself');
  return words;
}
