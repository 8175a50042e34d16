/** Where a request came from; goes into every audit record. */
export interface Origin {
  /** The client's address as text; never a proxy's when the proxy is trusted. */
  readonly address: string;
  /** Given or made by the service, unique for this request. */
  readonly requestId: string;
  /** The caller's own id for the request, echoed. */
  readonly transactionId: string;
}

/** Who asks: an identity, proven by a token, acting in one account. */
export interface Caller extends Origin {
  readonly iamId: string;
  readonly accountId: string;
  /** The key behind the token. */
  readonly apiKeyId: string;
  /** The CRN of the one role in which it acts: it may do no more than that gives it. Absent: all that the identity may. */
  readonly inRole?: string;
}
