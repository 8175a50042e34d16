import { z } from 'zod';
import { isText } from './text.ts';

const RULE = 'must be text without control characters, also without those of the direction of writing';

/**
 * The schema of text on one line.
 * @param longest in characters
 * @param shortest in characters. Default: not empty
 */
export const textUpTo = (longest: number, shortest = 1) => z.string().min(shortest).max(longest).refine(isText, RULE);

/**
 * The schema of text in which lines may be broken; it may be empty.
 * @param longest in characters
 */
export const linesUpTo = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((text) => isText(text.replaceAll(/[\t\n\r]/g, ' ')), RULE);
