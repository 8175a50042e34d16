import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import { OAUTH_PROBLEMS } from './oauth-problems.ts';

/** Writes failures as `{error, error_description}` (RFC 6749, section 5.2); of what is not a problem nothing is told. */
export function oauthFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, error } = OAUTH_PROBLEMS[problem?.code ?? 'internal_error'];
    onFailure(failure, status, request, requestNamesOf(request));
    const said = isOfScope(problem)
      ? { error: 'invalid_scope', description: problem.details }
      : { error, description: undefined };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'latchkey'))
      .json({ error: said.error, error_description: said.description ?? sentenceOf(problem) });
  };
}

/** Clients read which scopes they may not have out of the sentence, and ask again without them. */
const isOfScope = (problem: Problem | undefined): problem is ParameterInvalid =>
  problem instanceof ParameterInvalid && problem.parameter === 'scope';

function sentenceOf(problem: Problem | undefined): string {
  if (problem === undefined) return 'An internal error occurred.';
  return problem.details === undefined ? problem.message : `${problem.message} ${problem.details}`;
}
