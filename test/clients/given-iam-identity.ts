import IamIdentityV1 from '@ibm-cloud/platform-services/iam-identity/v1.js';
import { getQueryParam, IamAuthenticator } from 'ibm-cloud-sdk-core';
import type { RunningService } from '../harness/running-service.ts';

/** IBM's client of the identity API, with a key of the account's owner unless another one is given. */
export function givenIamIdentity(service: RunningService, apikey: string = service.adminKey): IamIdentityV1 {
  return new IamIdentityV1({
    authenticator: new IamAuthenticator({ apikey, url: service.publicUrl }),
    serviceUrl: service.publicUrl,
  });
}

/** A page of any list of the identity API. */
interface Page {
  readonly next?: string;
}

/** Follows `next` as IBM's examples do, until a page has none. @returns every page, in order */
export async function everyPage<T extends Page>(
  ask: (place: { pagetoken?: string }) => Promise<{ result: T }>,
): Promise<T[]> {
  const pages: T[] = [];
  let pagetoken: string | undefined;
  do {
    const { result } = await ask(pagetoken === undefined ? {} : { pagetoken });
    pages.push(result);
    pagetoken = result.next === undefined ? undefined : getQueryParam(result.next, 'pagetoken');
  } while (pagetoken !== undefined && pages.length < 100);
  return pages;
}
