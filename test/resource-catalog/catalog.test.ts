import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { OWN_RIGHTS, PERSONAL_RIGHTS } from '../../src/access/own-rights.ts';
import { SERVICES, serviceNamed, servicesOfGroup } from '../../src/resource-catalog/catalog.ts';
import { INSTALLATION_ACTIONS } from '../../src/resource-catalog/installation-actions.ts';
import { actionsOfRole, actionsOfService, rolesOf } from '../../src/resource-catalog/roles.ts';
import { commonRoleCrn, platformRoleCrn, serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';

const GIVEN = new Set(SERVICES.flatMap((service) => [...actionsOfService(service)]));
const NAMES = SERVICES.map(({ name }) => name);

/**
 * What is asked for in the files that ask: whole names, and the first part of those that end in a verb which is put in.
 * Others name what the service does by itself, for the audit record.
 */
function askedFor() {
  const literal = new RegExp(`'((?:iam|${NAMES.join('|')})\\.[a-z-]+\\.[a-z-]+)'`, 'g');
  const template = new RegExp(`\`((?:iam|${NAMES.join('|')})\\.[a-z-]+\\.)\\$\\{`, 'g');
  const sources = globSync('src/**/*.ts', { exclude: ['src/resource-catalog/**', 'src/server/**'] }).map((path) =>
    readFileSync(path, 'utf8'),
  );
  const texts = sources.filter((text) => /from '(\.\.?\/)+(access\/)?(access|own-rights)\.ts'/.test(text));
  const found = (pattern: RegExp): Set<string> =>
    new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)));
  return { actions: found(literal), prefixes: found(template) };
}

const logs = serviceNamed('logs');
if (logs === undefined) throw new Error('there is no service logs');

describe('the catalogue of services', () => {
  it('when the sources ask for an action, then a role gives it, or it is of the installation', () => {
    const { actions, prefixes } = askedFor();

    expect(actions.size).toBeGreaterThan(5);
    expect([...actions].filter((action) => !GIVEN.has(action) && !INSTALLATION_ACTIONS.has(action))).toEqual([]);
    const known = [...GIVEN, ...INSTALLATION_ACTIONS];
    expect([...prefixes].filter((prefix) => !known.some((action) => action.startsWith(prefix)))).toEqual([]);
  });

  it('when an identity may do something by itself, then it is an action that is known', () => {
    const own = [...OWN_RIGHTS.user, ...OWN_RIGHTS['service-id'], ...PERSONAL_RIGHTS];

    expect(own.filter((action) => !GIVEN.has(action) && !INSTALLATION_ACTIONS.has(action))).toEqual([]);
  });

  /** A role that gave what is the operator's would look as if an owner of an account could hand it out. */
  it('when an action is of the installation, then no role gives it', () => {
    expect([...INSTALLATION_ACTIONS].filter((action) => GIVEN.has(action))).toEqual([]);
  });

  it.each(SERVICES.map((service) => [service.name, service] as const))(
    'when %s gives an action, then it is its own, or one on its policies or instances',
    (name, service) => {
      const foreign = [...actionsOfService(service)].filter((action) => {
        const isOfInstances =
          /^resource-controller\.(instance|alias|credential)\./.test(action) && service.type === 'service';
        return !action.startsWith(`${name}.`) && !action.startsWith('iam.policy.') && !isOfInstances;
      });

      expect(foreign).toEqual([]);
    },
  );

  it.each(SERVICES.map((service) => [service.name, service] as const))(
    'when %s lists its platform roles, then each of the four has what the one before has, and only the last manages rights',
    (_name, service) => {
      const { Viewer, Operator, Editor, Administrator } = service.platformRoles;
      const steps = [Viewer, Operator, Editor, Administrator];

      steps.slice(1).forEach((wider, index) => {
        expect((steps[index] ?? []).filter((action) => !wider.includes(action))).toEqual([]);
      });
      expect(steps.map((actions) => actions.some((action) => action.startsWith('iam.policy.')))).toEqual([
        false,
        false,
        false,
        true,
      ]);
    },
  );

  it('when services are named together, then by group', () => {
    expect(servicesOfGroup('IAM').map(({ name }) => name)).toEqual([
      'iam-identity',
      'iam-groups',
      'iam-access-management',
    ]);
    expect(servicesOfGroup('none')).toEqual([]);
    expect(serviceNamed('none')).toBeUndefined();
  });
});

describe('the roles of logs', () => {
  it('when Sender is named in either way, then it is exactly sending', () => {
    for (const crn of [serviceRoleCrn('logs', 'Sender'), commonRoleCrn('Sender')]) {
      expect([...(actionsOfRole(logs, crn) ?? [])]).toEqual(['logs.data-ingress.send']);
    }
  });

  it('when Writer and Manager are asked for, then they contain sending, and Reader and Viewer do not', () => {
    const sends = ['Reader', 'Writer', 'Manager'].map((role) =>
      actionsOfRole(logs, commonRoleCrn(role))?.has('logs.data-ingress.send'),
    );

    expect(sends).toEqual([false, true, true]);
    expect(actionsOfRole(logs, platformRoleCrn('Viewer'))?.has('logs.data-ingress.send')).toBe(false);
  });

  it('when they are listed, then each stands once under its first CRN', () => {
    const { systemRoles, serviceRoles } = rolesOf([logs]);

    expect(systemRoles.map(({ displayName }) => displayName)).toEqual([
      ...['Viewer', 'Operator', 'Editor', 'Administrator', 'Service Configuration Reader', 'Key Manager'],
    ]);
    expect(serviceRoles.map(({ crn }) => crn)).toEqual([
      ...['Reader', 'Writer', 'Manager'].map(commonRoleCrn),
      serviceRoleCrn('logs', 'Sender'),
      serviceRoleCrn('logs', 'DataAccessReader'),
    ]);
  });

  it('when a role is not of the service, then it gives nothing in it', () => {
    expect(actionsOfRole(logs, serviceRoleCrn('iam-identity', 'ServiceIdCreator'))).toBeUndefined();
    expect(actionsOfRole(logs, 'crn:v1:bluemix:public:iam::::role:Nothing')).toBeUndefined();
  });
});

describe('the roles of a group of services', () => {
  it('when they are listed, then one that several have stands once, with the actions in all of them', () => {
    const { systemRoles, serviceRoles } = rolesOf(servicesOfGroup('IAM'));
    const administrators = systemRoles.filter(({ displayName }) => displayName === 'Administrator');

    expect(administrators).toHaveLength(1);
    expect(administrators[0]?.actions).toEqual(
      expect.arrayContaining(['iam-groups.members.add', 'iam-identity.apikey.create', 'iam.policy.create']),
    );
    expect(serviceRoles.map(({ crn }) => crn)).toContain(serviceRoleCrn('iam-identity', 'ServiceIdCreator'));
  });
});
