import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { IDENTITY_PROBLEMS } from './identity-problems.ts';

/** Writes failures in the identity API's form; of what is not a problem nothing is told. */
export function identityFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem ? failure : undefined;
    const row = IDENTITY_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, row.status, request, names);
    const error = {
      code: row.code,
      message_code: row.messageCode,
      message: row.message ?? problem?.message,
      details: row.message === undefined ? problem?.details : undefined,
    };
    // No `context.url`: IBM's Node SDK hides the message of an error whose `context.url` holds the letters "iam".
    const body = {
      context: { transaction_id: names.transactionId },
      trace: names.requestId,
      status_code: row.status,
      errors: [error],
    };
    response
      .status(row.status)
      .set(refusalHeaders(problem, row.status, 'identity'))
      .json(body);
  };
}
