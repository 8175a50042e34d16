import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';

/** `true` or `false` as text, in queries. Default: false. */
export const FLAG = z
  .stringbool({ truthy: ['true'], falsy: ['false'] })
  .default(false)
  .meta({ type: 'boolean', description: 'Default: false.' });

/** An iam id: of a user, a service ID or a trusted profile. */
export const IAM_ID = textUpTo(250).describe('Need not exist (yet) in the account.');

/** The account; it must be the one of the token. */
export const ACCOUNT_ID = textUpTo(100).describe('The account of the token.');

/** An instant of this door: ISO 8601 with milliseconds, in UTC. @param at milliseconds */
export const dateOf = (at: number): string => new Date(at).toISOString();
