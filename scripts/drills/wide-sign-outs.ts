import type { Witness } from '../../test/harness/faults/witnesses.ts';
import type { DrillGround } from './drill-ground.ts';
import { followOne } from './followed-revocations.ts';
import { oneOf } from './random-numbers.ts';
import type { PrepareRevocation } from './revocation-levels.ts';

/**
 * Signs out the user, the membership, the account and the installation, one after the other, again and again: each ends the
 * tokens of everybody else in the drill too, so nothing else may be going on.
 */
export async function wideSignOuts({ fleet, owner, standing, following, below }: DrillGround, count: number) {
  const { iamId } = owner;
  const levels = [
    { level: 'user signed out', path: `/latchkey/v1/users/${iamId}/sign_out`, secret: owner.adminKey },
    {
      level: 'membership signed out',
      path: `/latchkey/v1/accounts/${owner.accountId}/users/${iamId}/sign_out`,
      secret: owner.adminKey,
    },
    {
      level: 'account signed out',
      path: `/latchkey/v1/accounts/${owner.accountId}/sign_out`,
      secret: oneOf(standing, below).secret,
    },
    {
      level: 'installation signed out',
      path: '/latchkey/v1/installation/sign_out',
      secret: oneOf(standing, below).secret,
    },
  ];
  // Who has signed out knows the new generation at once; what another makes within the next second may be refused already.
  let maker: Witness = oneOf(fleet.witnesses, below);
  let turn = 0;
  const prepare: PrepareRevocation = async () => {
    const chosen = levels[turn % levels.length];
    turn += 1;
    if (chosen === undefined) return undefined;
    const right = await tokenOf(maker, owner.adminKey);
    const token = await tokenOf(maker, chosen.secret);
    return {
      ...{ level: chosen.level, token },
      revoke(at) {
        maker = at;
        return at.call('POST', chosen.path, { token: right });
      },
    };
  };
  for (let done = 0; done < count; done += 1) await followOne({ ...following, prepare });
}

async function tokenOf({ call }: Witness, apikey: string): Promise<string> {
  const { status, body, text } = await call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey } });
  if (status !== 200) throw new Error(`a good key is refused: ${status} ${text}`);
  return String(body['access_token']);
}
