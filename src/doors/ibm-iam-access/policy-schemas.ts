import { z } from 'zod';
import { FORMAT, LIST_MEMBERS, LIST_PARAMETERS } from './schemas.ts';
import { V1_POLICY } from './v1-policies.ts';
import { V2_POLICY } from './v2-policies.ts';

/** Parameters of a list, in either version: each knows the other's. */
export const LIST_QUERY = z.object(LIST_PARAMETERS);

/** Parameters of reading one policy. */
export const ONE_QUERY = z.object({ format: FORMAT });

/** The body of `PATCH /v1/policies/{id}`. */
export const POLICY_PATCH = z.object({ state: z.literal('active') }).meta({ id: 'V1PolicyPatch' });

/** One page of policies, as v1 writes it. */
export const V1_POLICY_LIST = z.object({ ...LIST_MEMBERS, policies: z.array(V1_POLICY) }).meta({ id: 'V1PolicyList' });

/** One page of policies, as v2 writes it. */
export const V2_POLICY_LIST = z.object({ ...LIST_MEMBERS, policies: z.array(V2_POLICY) }).meta({ id: 'V2PolicyList' });
