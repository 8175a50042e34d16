import { IAM_IDENTITY } from './definitions/iam-identity.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** Every service that policies may name; a new one is a file and a row. */
export const SERVICES: readonly ServiceDefinition[] = [IAM_IDENTITY];

const BY_NAME: ReadonlyMap<string, ServiceDefinition> = new Map(SERVICES.map((service) => [service.name, service]));

/** @returns the service of this name, or `undefined` */
export const serviceNamed = (name: string): ServiceDefinition | undefined => BY_NAME.get(name);
