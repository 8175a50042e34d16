import { describe, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { BACKENDS } from '../../harness/backends.ts';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import { givenTwoServices } from '../../harness/two-services.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { askWith, givenGroupedKey } from './given-grouped-key.ts';

describe.each(BACKENDS)('a REST API key at two processes on one store [%s]', (backend) => {
  const services = givenTwoServices(backend);

  it('when it is changed, deactivated and deleted at the first, then the second does as it says within a second', async () => {
    const { first, second } = services();
    const { secret, path } = await givenGroupedKey(first);
    const crn = `crn:v1:bluemix:public:user-management::a/${await firstAccountId(first)}:::`;
    const asked = `/api/rest/whoami?${new URLSearchParams({ action: 'user-management.user.remove', resource: crn })}`;
    const seen = async () => {
      const { status, body } = await askWith(second, secret, asked);
      return { status, role: body.in_role, allowed: body.allowed };
    };
    const gone = { status: 401, role: undefined, allowed: undefined };
    const change = (json: object) => asOwner(first, 'PATCH', path, { json });
    expect(await withinASecond(seen, { status: 200, role: undefined, allowed: true })).toMatchObject({ status: 200 });

    await change({ in_role: 'Viewer' });
    const inRole = { status: 200, role: platformRoleCrn('Viewer'), allowed: false };
    expect(await withinASecond(seen, inRole)).toEqual(inRole);
    await change({ ips: ['192.0.2.1'] });
    expect(await withinASecond(seen, gone)).toEqual(gone);
    await change({ ips: [] });
    expect(await withinASecond(seen, inRole)).toEqual(inRole);
    await change({ activated: false });
    expect(await withinASecond(seen, gone)).toEqual(gone);
    await change({ activated: true });
    expect(await withinASecond(seen, inRole)).toEqual(inRole);
    await asOwner(first, 'DELETE', path);
    expect(await withinASecond(seen, gone)).toEqual(gone);
  });
});
