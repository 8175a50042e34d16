import { z } from 'zod';

/** Bounds of a number. */
export interface WholeNumberBounds {
  readonly least: number;
  readonly most: number;
  /** When it is left out. */
  readonly usual: number;
}

/** The schema of a whole number as a query has it: as digits. */
export const wholeNumber = ({ least, most, usual }: WholeNumberBounds) =>
  z
    .string()
    .refine(
      (text) => /^[0-9]{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a number from ${least} to ${most}`,
    )
    .transform(Number)
    .default(usual)
    .meta({ type: 'integer', minimum: least, maximum: most, description: `Default: ${usual}.` });
