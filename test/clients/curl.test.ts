import { describe, expect, it } from '@jest/globals';
import { adminKeyFile } from '../../src/server/bootstrap.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { curl } from './given-curl.ts';

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const GRANT = 'grant_type=urn:ibm:params:oauth:grant-type:apikey';

describeOnEveryBackend('curl', (service) => {
  const tokenUrl = () => `${service().publicUrl}/identity/token`;
  const key = () => `apikey=${service().adminKey}`;

  describe('given an API key', () => {
    const forms: readonly (readonly [string, () => string[]])[] = [
      ["one -d with a bare URN, as in IBM's pages", () => ['-X', 'POST', '-H', FORM, '-d', `${GRANT}&${key()}`]],
      ['two -d and no header of its own', () => ['-d', GRANT, '-d', key()]],
      ['--data-urlencode for both fields', () => ['--data-urlencode', GRANT, '--data-urlencode', key()]],
      ['response_type=cloud_iam', () => ['-H', FORM, '-d', `${GRANT}&response_type=cloud_iam&${key()}`]],
      ['Accept: application/json', () => ['-H', FORM, '-H', 'Accept: application/json', '-d', `${GRANT}&${key()}`]],
      ['no Accept at all', () => ['-H', 'Accept:', '-d', `${GRANT}&${key()}`]],
      ['a charset behind the type', () => ['-H', `${FORM}; charset=utf-8`, '-d', `${GRANT}&${key()}`]],
      ["the CLI's Basic bx:bx", () => ['-u', 'bx:bx', '-d', `${GRANT}&${key()}`]],
      ['the plain name of the grant', () => ['-d', 'grant_type=apikey', '-d', key()]],
      ['HTTP/1.0', () => ['--http1.0', '-d', `${GRANT}&${key()}`]],
      ['--compressed', () => ['--compressed', '-d', `${GRANT}&${key()}`]],
      ['chunked transfer', () => ['-H', 'Transfer-Encoding: chunked', '-d', `${GRANT}&${key()}`]],
      ['Expect: 100-continue', () => ['-H', 'Expect: 100-continue', '-d', `${GRANT}&${key()}`]],
    ];

    it.each(forms)('when it is posted with %s, then the answer is a token', async (_name, options) => {
      const answer = await curl(...options(), tokenUrl());

      expect(answer).toMatchObject({
        status: 200,
        body: { access_token: expect.stringMatching(/^ey/), token_type: 'Bearer', expires_in: 3_600 },
      });
    });

    it.each(['/identity/token/', '/oidc/token', '/identity/token%23apikey', '/identity/token?account=0123'])(
      'when it is posted to %s, then the answer is a token',
      async (path) => {
        const answer = await curl('-d', `${GRANT}&${key()}`, `${service().publicUrl}${path}`);

        expect(answer.status).toBe(200);
      },
    );

    /** IBM's pages say that the `access_token` "includes the string Bearer", so some people write it twice. */
    it.each(['Bearer', 'bearer', 'Bearer Bearer'])(
      'when the token is sent after "%s", then it is accepted',
      async (word) => {
        const token = await service().ownerToken();

        const answer = await curl('-H', `Authorization: ${word} ${token}`, `${service().publicUrl}/v1/apikeys`);

        expect(answer).toMatchObject({ status: 200, body: { apikeys: expect.any(Array) } });
      },
    );
  });

  describe('given what people get wrong', () => {
    it('when the key is unknown, then the sentence and the code say so', async () => {
      const answer = await curl('-d', GRANT, '-d', 'apikey=not-a-key', tokenUrl());

      expect(answer).toMatchObject({ status: 400, body: { errorCode: 'BXNIM0415E' } });
    });

    it('when the placeholder was left in place, then the answer is the one for an unknown key', async () => {
      const answer = await curl('-X', 'POST', '-H', FORM, '-d', `${GRANT}&apikey=<MY_APIKEY>`, tokenUrl());

      expect(answer).toMatchObject({ status: 400, body: { errorCode: 'BXNIM0415E' } });
    });

    it("when the key's file is sent with its last newline, then the details say what to leave out", async () => {
      const file = adminKeyFile(service().dataFolder);

      const answer = await curl('-d', GRANT, '--data-urlencode', `apikey@${file}`, tokenUrl());

      expect(answer).toMatchObject({ status: 400, body: { errorDetails: expect.stringContaining('newline') } });
    });

    it('when the key is missing, then the details name the property', async () => {
      const answer = await curl('-d', GRANT, tokenUrl());

      expect(answer.body).toMatchObject({ errorCode: 'BXNIM0109E', errorDetails: expect.stringContaining('apikey') });
    });

    it('when JSON is posted, then the answer is 415 in the same form', async () => {
      const answer = await curl('-H', 'Content-Type: application/json', '-d', '{"grant_type":"apikey"}', tokenUrl());

      expect(answer).toMatchObject({ status: 415, body: { errorCode: 'BXNIM0060E' } });
    });

    it('when the method is GET, then the answer is 405 in the same form', async () => {
      const answer = await curl(tokenUrl());

      expect(answer).toMatchObject({ status: 405, body: { errorCode: 'BXNIM0060E' } });
    });

    it('when the key is sent in the query, then it is refused, and the key is not repeated', async () => {
      const answer = await curl('-G', '-X', 'POST', '-d', `${GRANT}&${key()}`, tokenUrl());

      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).not.toContain(service().adminKey);
    });
  });
});
