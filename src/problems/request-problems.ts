import { Problem, type ProblemDetail } from './problem.ts';

/** The body or a header does not follow its format at all. */
export class RequestMalformed extends Problem {
  override readonly code = 'request_malformed';
}

/** A parameter that the call needs is absent or empty. */
export class ParameterMissing extends Problem {
  override readonly code = 'parameter_missing';
  readonly parameter: string;

  constructor(parameter: string, detail: ProblemDetail = {}) {
    super(`The parameter '${parameter}' is missing or empty.`, detail);
    this.parameter = parameter;
  }
}

/** A parameter is there, and its value is not one that is allowed. */
export class ParameterInvalid extends Problem {
  override readonly code = 'parameter_invalid';
  readonly parameter: string;

  /** @param rule what a right value looks like, as the end of "The parameter 'x' …" */
  constructor(parameter: string, rule: string, detail: ProblemDetail = {}) {
    super(`The parameter '${parameter}' ${rule}.`, detail);
    this.parameter = parameter;
  }
}

/** A parameter that may stand once stands twice (RFC 6749, section 3.2). */
export class ParameterRepeated extends Problem {
  override readonly code = 'parameter_repeated';
  readonly parameter: string;

  constructor(parameter: string) {
    super(`The parameter '${parameter}' is given more than once.`);
    this.parameter = parameter;
  }
}

/** The body is larger than the route reads. */
export class BodyTooLarge extends Problem {
  override readonly code = 'body_too_large';
}

/** The `Content-Type` is not the one the route reads. */
export class MediaTypeUnsupported extends Problem {
  override readonly code = 'media_type_unsupported';
}

/** The path is served, the method is not. */
export class MethodNotAllowed extends Problem {
  override readonly code = 'method_not_allowed';
  /** For the `Allow` header (RFC 9110, section 15.5.6). */
  readonly allowed: readonly string[];

  constructor(method: string, allowed: readonly string[]) {
    super(`The method ${method} is not allowed here; use ${allowed.join(', ')}.`);
    this.allowed = allowed;
  }
}

/** No door serves this path. */
export class RouteUnknown extends Problem {
  override readonly code = 'route_unknown';
}

/** The other system has this call; it is not served here, and will not be by asking again. */
export class NotImplemented extends Problem {
  override readonly code = 'not_implemented';
}

/** A key or token was sent in the query string, where proxies and logs keep it (RFC 9700, section 4.3.2). */
export class SecretInUrl extends Problem {
  override readonly code = 'secret_in_url';
}

/** Too many attempts; `retryAfterSeconds` goes into `Retry-After`. */
export class RateLimited extends Problem {
  override readonly code = 'rate_limited';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, reason = 'Too many failed attempts.') {
    super(`${reason} Try again in ${retryAfterSeconds} seconds.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The service has more work than it can finish in time; the request was not begun. */
export class Overloaded extends Problem {
  override readonly code = 'overloaded';
  readonly retryAfterSeconds: number = 1;
}

/** What cannot be decided without the durable store, while that cannot be reached. */
export class StoreUnavailable extends Problem {
  override readonly code = 'store_unavailable';
  readonly retryAfterSeconds: number = 1;

  constructor(detail: ProblemDetail = {}) {
    super('The service cannot reach its store at the moment. Try again shortly.', detail);
  }
}

/** As many log lines of an instance are kept as may be, and none of them may go before it was handed over. */
export class SpoolFull extends Problem {
  override readonly code = 'storage_full';
  readonly retryAfterSeconds: number = 5;

  constructor(detail: ProblemDetail = {}) {
    super('No more log lines can be kept until earlier ones were handed over. Try again later.', detail);
  }
}
