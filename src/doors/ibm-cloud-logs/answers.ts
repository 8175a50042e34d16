import { UpgradeRequired } from '../../http/accept-web-socket.ts';
import type { OnFailure } from '../../http/api-answers.ts';
import type { Respond } from '../../http/app.ts';
import { refusalHeaders } from '../../http/refusal-headers.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { Problem } from '../../problems/problem.ts';
import { LOGS_STATUSES } from './logs-problems.ts';

/** Writes failures in this door's form; of what is not a problem nothing is told. */
export function logsFailures(onFailure: OnFailure): Respond {
  return (failure, request, response) => {
    const problem = failure instanceof Problem && failure.code !== 'internal_error' ? failure : undefined;
    const code = problem?.code ?? 'internal_error';
    // RFC 9110, section 15.5.22.
    const status = problem instanceof UpgradeRequired ? 426 : LOGS_STATUSES[code];
    const names = requestNamesOf(request);
    onFailure(failure, status, request, names);
    if (status === 426) response.set({ Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' });
    response
      .status(status)
      .set(refusalHeaders(problem, status, 'logs'))
      .json({
        code,
        message: problem?.message ?? 'An internal error occurred.',
        details: problem?.details,
        transaction_id: names.transactionId,
        request_id: names.requestId,
      });
  };
}
