import { z } from 'zod';
import { hasControlCharacter } from '../../http/text.ts';

/** Refused in names: half a character, which no store keeps, and what breaks lines of logs and tables (log injection). */
const isText = (text: string): boolean => text.isWellFormed() && !hasControlCharacter(text);
const isMultilineText = (text: string): boolean => isText(text.replaceAll(/[\t\n\r]/g, ' '));

/** @returns the schema of a name on one line, not empty. @param longest characters */
export const nameUpTo = (longest: number) =>
  z.string().min(1).max(longest).refine(isText, 'must be text without control characters');

/** @returns the schema of a description; lines may be broken in it. @param longest characters */
export const descriptionUpTo = (longest: number) =>
  z.string().max(longest).refine(isMultilineText, 'must be text without control characters');

/** `true` or `false` as text, in queries. Default: false. */
export const FLAG = z
  .stringbool({ truthy: ['true'], falsy: ['false'] })
  .default(false)
  .meta({ type: 'boolean', description: 'Default: false.' });

/** An iam id: of a user, a service ID or a trusted profile. */
export const IAM_ID = nameUpTo(250).describe('Need not exist (yet) in the account.');

/** The account; it must be the one of the token. */
export const ACCOUNT_ID = nameUpTo(100).describe('The account of the token.');

/** An instant of this door: ISO 8601 with milliseconds, in UTC. @param at milliseconds */
export const dateOf = (at: number): string => new Date(at).toISOString();
