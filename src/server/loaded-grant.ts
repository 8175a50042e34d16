import type { Grant } from '../tokens/token-request.ts';

/** A grant whose code is loaded with the first who uses it; none of them needs a client. */
export function loadedGrant(claim: string, load: () => Promise<Grant>): Grant {
  return { claim, needsClient: false, prove: async (request, origin) => (await load()).prove(request, origin) };
}
