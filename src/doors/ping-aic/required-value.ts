import type { Form } from '../../http/url-encoded.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';

/** @throws ParameterMissing */
export function requiredValue(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new ParameterMissing(name);
  return value;
}
