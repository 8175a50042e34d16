import { hash } from 'node:crypto';
import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { type RequestNames, requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { RESOURCE_PROBLEMS } from './resource-problems.ts';

/** Writes failures in the Resource Controller's form; of what is not a problem nothing is told. */
export function resourceFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const { status, errorCode, message } = RESOURCE_PROBLEMS[problem?.code ?? 'internal_error'];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    const body = {
      error_code: errorCode,
      message: message ?? problem?.message,
      status_code: status,
      transaction_id: errorTransactionId(names),
      details: problem?.details,
    };
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'resource-controller'))
      .json(body);
  };
}

/** `bss-` and 16 hexadecimal digits, as in IBM's answers; they follow from the id of the request, which the log has too. */
const errorTransactionId = ({ requestId }: RequestNames): string =>
  `bss-${hash('sha256', requestId, 'hex').slice(0, 16)}`;
