import { z } from 'zod';
import { isText } from '../../http/text.ts';
import { textUpTo } from '../../http/text-schemas.ts';

// Linear: one class. Beyond ASCII any letter is taken, as at IBM.
const NAME_FORM = /^[A-Za-z0-9 \-._:\u{80}-\u{10ffff}]+$/u;

const isName = (text: string): boolean => NAME_FORM.test(text) && isText(text);

/** The name of a resource (IBM Cloud Resource Controller API): it need not be unique. */
export const RESOURCE_NAME = z
  .string()
  .min(1)
  .max(180)
  .refine(isName, 'may have letters, digits, spaces and - . _ : only');

/** @returns the schema of a text that is kept, without control characters. @param most characters */
export const plainText = (most: number) => textUpTo(most, 0);

/** Longest free JSON, in characters: a page has up to 100 of them, and a filter looks at more. */
const LONGEST_JSON = 16 * 1024;

/** Free JSON that is kept and echoed. */
export const FREE_JSON = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= LONGEST_JSON, `may have ${LONGEST_JSON} characters as JSON`)
  .meta({ type: 'object' });
