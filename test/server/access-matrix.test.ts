import { beforeAll, expect, it } from '@jest/globals';
import { type MatrixRow, matrixRows } from '../../scripts/docs/access-matrix.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { givenPeople, type Outcome, type People, type Person } from './matrix/people.ts';
import { requestsFor, type WholeRequest } from './matrix/requests.ts';
import { type Things, thingsIn } from './matrix/things.ts';

/**
 * Walks the whole matrix of docs/security.md over HTTP: every route that is described, asked by everybody. A new route is
 * tried without a word here, if its schemas say what it takes; what they cannot say stands in `matrix/requests.ts`.
 */
describeOnEveryBackend('every route, asked by everybody', (service) => {
  let people: People;
  let things: Things;
  let requestOf: ReturnType<typeof requestsFor>;

  beforeAll(async () => {
    people = await givenPeople(service());
    things = thingsIn(service(), people);
    const { accountId, ownerToken } = people;
    const json = async () => ({ name: 'found by its value', iam_id: `iam-${await things.of('serviceids')}` });
    const secret = async (): Promise<string> =>
      (await service().call('POST', '/v1/apikeys', { token: await ownerToken(), json: await json() })).body.apikey;
    requestOf = requestsFor({ accountId, things, secret });
  });

  async function ask(person: Person, { method, path, sent }: WholeRequest): Promise<Answer> {
    const token = await person.token();
    return service().call(method, path, { ...sent, ...(token !== undefined && { token }) });
  }

  async function tried(person: Person, row: MatrixRow): Promise<string> {
    const answer = await ask(person, await requestOf(row.operation));
    const outcome = outcomeOf(answer, row);
    // What was done has used up what it was done to.
    if (outcome === 'allowed' && row.operation.method !== 'GET') things.used();
    const isExpected = outcome === expectedOf(person, row);
    return isExpected ? outcome : `${outcome}: ${answer.status} ${answer.text.slice(0, 300)}`;
  }

  it.each(matrixRows().map((row) => [`${row.operation.method} ${row.operation.path}`, row] as const))(
    'when %s is asked by each, then it is as the matrix says',
    async (_route, row) => {
      const seen: Record<string, string> = {};
      for (const person of people.everybody) seen[person.name] = await tried(person, row);

      expect(seen).toEqual(
        Object.fromEntries(people.everybody.map((person) => [person.name, expectedOf(person, row)])),
      );
    },
  );
});

function expectedOf(person: Person, row: MatrixRow): Outcome {
  // Whoever sends a token where a key is asked for has sent nothing.
  if (row.forOwnKeys !== undefined) return 'not proven';
  const outcome = person.outcome(row);
  // Nobody here has logged in.
  return row.forLogIns && outcome === 'allowed' ? 'refused' : outcome;
}

/** What came of it. Of several at once, whether any was done. */
function outcomeOf({ status, body }: Answer, { forNobody }: MatrixRow): Outcome | 'unclear' {
  // Whoever needs no rights is told what is wrong with the rest of the request.
  if (forNobody) return status === 403 || status >= 500 ? 'unclear' : 'allowed';
  const each: readonly number[] = status === 207 ? statusesIn(body) : [status];
  // 409: who asks may, and what it is done to is not as it must be; 426: and it is to be done over a web socket.
  if (each.some((one) => (one >= 200 && one < 300) || one === 409 || one === 426)) return 'allowed';
  if (each.every((one) => one === 401)) return 'not proven';
  // "Missing" and "another account's" are answered alike.
  if (each.every((one) => one === 403 || one === 404)) return 'refused';
  return 'unclear';
}

const statusesIn = (body: Readonly<Record<string, unknown>>): readonly number[] =>
  Object.values(body)
    .flat()
    .flatMap((one) =>
      typeof one === 'object' && one !== null && 'status_code' in one ? [Number(one.status_code)] : [],
    );
