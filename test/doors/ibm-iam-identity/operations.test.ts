import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operations } from '../../../src/doors/ibm-iam-identity/operations.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';

describe('the operations of the identity door', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runningService();
  });
  afterAll(() => service.dispose());

  it.each(operations.map(({ method, path, operationId }) => [operationId, method, path] as const))(
    'when %s is asked for without credentials, then its route is there and asks for them',
    async (_id, method, path) => {
      for (const asked of [path, `${path}/`]) {
        const answer = await service.call(method, asked.replace(':id', 'ApiKey-1'));

        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="identity"');
        expect(answer.body).toMatchObject({ status_code: 401, errors: [{ code: 'credentials_missing' }] });
      }
    },
  );
});
