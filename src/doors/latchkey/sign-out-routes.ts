import type { RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import type { SignedOut, SignOut } from '../../sign-out/sign-out.ts';
import { SIGN_OUT_PATHS, type SignedOutRepresentation } from './sign-out-operations.ts';

/** What the routes of "sign out everywhere" stand on. */
export interface SignOutRouteParts {
  readonly signOut: SignOut;
  readonly callerOf: CallerOf;
}

/** `POST /latchkey/v1/…/sign_out`: ends all tokens of one level. */
export function signOutRoutes(router: Router, { signOut, callerOf }: SignOutRouteParts): void {
  const answering = <Names extends Record<string, string>>(
    end: (caller: Caller, names: Names) => Promise<SignedOut>,
  ): { readonly POST: RequestHandler<Names> } => ({
    async POST(request, response) {
      const caller = await callerOf(request);
      response.json(signedOutRepresentation(await end(caller, request.params)));
    },
  });

  const paths = SIGN_OUT_PATHS;
  methods(
    router,
    paths.apiKey,
    answering<{ id: string }>((caller, { id }) => signOut.apiKey(caller, id)),
  );
  methods(
    router,
    paths.serviceId,
    answering<{ id: string }>((caller, { id }) => signOut.serviceId(caller, id)),
  );
  methods(
    router,
    paths.user,
    answering<{ iam_id: string }>((caller, { iam_id }) => signOut.user(caller, iam_id)),
  );
  methods(
    router,
    paths.membership,
    answering<{ account_id: string; iam_id: string }>((caller, { account_id, iam_id }) =>
      signOut.membership(caller, account_id, iam_id),
    ),
  );
  methods(
    router,
    paths.account,
    answering<{ account_id: string }>((caller, { account_id }) => signOut.account(caller, account_id)),
  );
  methods(
    router,
    paths.installation,
    answering((caller) => signOut.installation(caller)),
  );
}

function signedOutRepresentation({ subject, generation, at }: SignedOut): SignedOutRepresentation {
  return { subject, generation, signed_out_at: new Date(at).toISOString() };
}
