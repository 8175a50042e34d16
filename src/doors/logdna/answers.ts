import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { LOG_PROBLEMS } from './log-problems.ts';

/** A key of an instance, or a bearer token (RFC 9110, section 11.6.1). */
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="logdna", Bearer realm="logdna"' };

/** Writes failures in LogDNA's form; of what is not a problem nothing is told. */
export function logFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, code, message } = LOG_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const details = detailsOf(problem);
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'logdna'))
      .set(status === 401 ? CHALLENGE : {})
      .json({ error: message ?? problem?.message, code, status: 'error', ...(details !== undefined && { details }) });
  };
}

/** As in LogDNA's own answers: a list, of which each may name the parameter that it is about. */
function detailsOf(problem: Problem | undefined): readonly { message: string; key?: string }[] | undefined {
  if (problem === undefined) return undefined;
  const key = 'parameter' in problem && typeof problem.parameter === 'string' ? problem.parameter : undefined;
  if (problem.details === undefined && key === undefined) return undefined;
  return [{ message: problem.details ?? problem.message, ...(key !== undefined && { key }) }];
}
