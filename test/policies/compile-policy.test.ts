import { describe, expect, it } from '@jest/globals';
import type { AttributeCondition, Grant } from '../../src/access/grant.ts';
import { compilePolicy } from '../../src/policies/compile-policy.ts';
import { SERVICES, servicesOfGroup } from '../../src/resource-catalog/catalog.ts';
import { commonRoleCrn, platformRoleCrn, serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { type ChosenPolicy, is, policyContent } from '../harness/given-rights.ts';

const ACCOUNT = 'a'.repeat(32);
const VIEWER = platformRoleCrn('Viewer');
const SENDER = serviceRoleCrn('logs', 'Sender');
const CUSTOM = `crn:v1:bluemix:public:iam-access-management::a/${ACCOUNT}::customRole:Shipper`;

const namesOf = (services: readonly { readonly name: string }[]) => services.map(({ name }) => name);
const servicesOf = (grants: readonly Grant[]) => grants.map(({ service }) => service);

function compiled(chosen: Partial<Omit<ChosenPolicy, 'subject'>>): readonly Grant[] {
  const { rule } = chosen;
  const content = policyContent({ accountId: ACCOUNT, roles: [VIEWER], ...chosen });
  return compilePolicy(ACCOUNT, { ...content, ...(rule !== undefined && { rule }) }, (service, crn) =>
    service === 'logs' && crn === CUSTOM ? new Set(['logs.dashboard.read']) : undefined,
  );
}

describe('compiling a policy', () => {
  it.each<readonly [string, readonly AttributeCondition[], readonly string[]]>([
    ['one service', [is('serviceName', 'logs')], ['logs']],
    ['a service that there is not', [is('serviceName', 'weather')], []],
    ['services by a pattern', [{ ...is('serviceName', 'logdna*'), operator: 'stringMatch' }], ['logdna', 'logdnaat']],
    ['a type of services', [is('serviceType', 'service')], namesOf(SERVICES.filter(({ type }) => type === 'service'))],
    ['a group of services', [is('service_group_id', 'IAM')], namesOf(servicesOfGroup('IAM'))],
    ['a resource group and no service', [is('resourceGroupId', 'one')], namesOf(SERVICES)],
    ['a service of another type', [is('serviceName', 'logs'), is('serviceType', 'platform_service')], []],
    ['nothing but the account', [], []],
  ])('given it names %s, then it gives something in exactly those', (_words, conditions, services) => {
    // Viewer of `latchkey` gives nothing, so it is no grant.
    const giving = services.filter((service) => service !== 'latchkey');

    expect(servicesOf(compiled({ conditions })).toSorted()).toEqual(giving.toSorted());
  });

  it('given several roles, then it gives what any of them gives, and what is not of the service gives nothing', () => {
    const [grant] = compiled({ service: 'logs', roles: [SENDER, CUSTOM, serviceRoleCrn('iam-identity', 'Anything')] });

    expect([...(grant?.actions ?? [])].toSorted()).toEqual(['logs.dashboard.read', 'logs.data-ingress.send']);
  });

  /** Of a role under another of its CRNs nobody would know that it is the same one. */
  it('given roles, when something is given by them, then it is named by which, each as its service lists it', () => {
    const several = compiled({ service: 'logs', roles: [commonRoleCrn('Sender'), CUSTOM, 'crn:v1:x', SENDER] });

    expect(several[0]?.roles).toEqual([SENDER, CUSTOM]);
    expect(compiled({ service: 'logs', roles: [commonRoleCrn('Sender')] })[0]?.roles).toEqual([SENDER]);
  });

  it('given a custom role of another service, or of another account, then it gives nothing', () => {
    expect(compiled({ service: 'generic-service', roles: [CUSTOM] })).toEqual([]);
    expect(compiled({ service: 'logs', roles: [CUSTOM.replace(ACCOUNT, 'b'.repeat(32))] })).toEqual([]);
  });

  it('given conditions beside the names, then each grant has them', () => {
    const conditions = [is('serviceInstance', 'i1'), is('region', 'eu-de')];

    expect(compiled({ service: 'logs', roles: [commonRoleCrn('Reader')], conditions })[0]?.conditions).toEqual(
      conditions,
    );
  });

  /** A mistake in the account must not make it a policy of the account in which it happens to be stored. */
  it('given it names another account, then it gives nothing', () => {
    expect(compiled({ service: 'logs', conditions: [is('accountId', 'b'.repeat(32))] })).toEqual([]);
  });

  /** Tags narrow a policy. Nothing here has tags, and to leave them out would widen it to everything. */
  it('given tags, then no target fits', () => {
    const [grant] = compiled({ service: 'logs', tags: [is('env', 'test')] });

    expect(grant?.conditions).toEqual([is('tag:env', 'test')]);
  });

  it('given a rule that cannot be read, then it never holds, and throws at nobody', () => {
    const [grant] = compiled({
      service: 'logs',
      rule: { key: 'nonsense', operator: 'timeLessThan', value: 'tomorrow' },
    });

    expect(grant?.rule?.holdsAt(Date.now(), {})).toBe(false);
  });

  it('given a rule, then it holds when the rule does', () => {
    const rule = {
      key: '{{environment.attributes.current_time}}',
      operator: 'timeLessThan',
      value: '17:00:00+00:00',
    } as const;
    const [grant] = compiled({ service: 'logs', rule });

    const at = ['16:59:59Z', '17:00:00Z'].map((time) => grant?.rule?.holdsAt(Date.parse(`2026-11-21T${time}`), {}));
    expect(at).toEqual([true, false]);
  });
});
