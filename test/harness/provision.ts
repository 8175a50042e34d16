import { defaultResourceGroup } from '../../src/accounts/default-resource-group.ts';
import { SERVICE_PLANS } from '../../src/resource-catalog/catalog.ts';
import type { Answer } from './http-call.ts';
import type { RunningService } from './running-service.ts';

/** @returns the id of a plan of a service, which reclaims or not */
export function planId(service: string, reclaims: boolean): string {
  const found = SERVICE_PLANS.find((row) => row.service.name === service && row.plan.reclaims === reclaims);
  if (found === undefined) throw new Error(`${service} has no such plan`);
  return found.plan.id;
}

/** What a test may choose of an instance. */
export interface ChosenInstance {
  /** As whom it is made; in the default group of this account. */
  readonly token: string;
  readonly accountId: string;
  /** Default: `logs`. */
  readonly service?: string;
  /** Default: false, so that deletion removes it. */
  readonly reclaims?: boolean;
  /** More of the body, or other than usual. */
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request that provisions an instance. */
export function askForInstance(service: RunningService, chosen: ChosenInstance): Promise<Answer> {
  const { token, accountId, headers = {} } = chosen;
  const json = {
    ...{ name: 'our lines', target: 'us-south', resource_group: defaultResourceGroup(accountId).id },
    resource_plan_id: planId(chosen.service ?? 'logs', chosen.reclaims ?? false),
    ...chosen.json,
  };
  return service.call('POST', '/v2/resource_instances', { token, json, headers });
}

/** Provisions an instance. @returns it as it is written @throws Error when it is refused */
export async function provision(service: RunningService, chosen: ChosenInstance): Promise<Answer['body']> {
  const { status, body, text } = await askForInstance(service, chosen);
  if (status !== 201) throw new Error(`no instance: ${text}`);
  return body;
}
