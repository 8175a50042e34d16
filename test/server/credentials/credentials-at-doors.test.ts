import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ACCOUNTS } from '../../../src/accounts/account.ts';
import { KEY_KIND_NAMES, KEY_KINDS } from '../../../src/api-keys/key-kinds.ts';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import { asOwner } from '../../harness/given-credentials.ts';
import { givenEveryKind, type KeysOfEveryKind } from '../../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { withinASecond } from '../../harness/within-a-second.ts';
import { CREDENTIAL_FORMS, type CredentialForm, type FormPlace, REFUSAL_MEMBERS } from './credential-forms.ts';
import { sendHeaders } from './send-headers.ts';

const DOORS = readdirSync(join(import.meta.dirname, '..', '..', '..', 'src', 'doors'));
const NEVER_VALID = 'a-key-that-nobody-has';
const UUID = '7f1c9a52-0e4b-4d63-9b8a-1c2d3e4f5a6b';

/** How doors with keys of tenants refuse a good key that comes from a wrong address, or to another tenant. */
const WRONG_PLACE_REFUSALS: Readonly<Record<string, number>> = {
  'ping-aic': 401,
  'ping-autonomous-identity': 403,
  ivanti: 401,
};

/** What stands in a header `Authorization` that no door can take. */
const HOSTILE: Readonly<Record<string, string | readonly string[]>> = {
  'a bearer token that is none': `Bearer ${NEVER_VALID}`,
  'Basic credentials of nobody': `Basic ${Buffer.from(`${NEVER_VALID}:x`).toString('base64')}`,
  'a key without a scheme': UUID,
  'a key with a name': `rest_api_key=${'A'.repeat(32)}`,
  'a scheme that nobody knows': `Digest username="x"`,
  'a scheme without anything': 'Bearer',
  nothing: '',
  'two of them': [`Bearer ${NEVER_VALID}`, `Basic ${Buffer.from('x:y').toString('base64')}`],
  'the same twice': [`Bearer ${NEVER_VALID}`, `Bearer ${NEVER_VALID}`],
  '10 kB': `Bearer ${'a'.repeat(10_240)}`,
  '10 kB of Basic': `Basic ${'QUFB'.repeat(2_560)}`,
  'bytes that are no ASCII': 'Bearer \u00e9\u00ff\u00a0x',
  'Basic that is no UTF-8': `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xc3]).toString('base64')}`,
};

/** The same for a header of a door's own. */
const HOSTILE_HEADERS: Readonly<Record<string, string | readonly string[]>> = {
  nothing: '',
  'two of them': [NEVER_VALID, UUID],
  'the same twice': [UUID, UUID],
  '10 kB': 'a'.repeat(10_240),
  'bytes that are no ASCII': '\u00e9\u00ff\u00a0x',
  'a scheme with a token': `Bearer ${NEVER_VALID}`,
};

describeOnEveryBackend('credentials at the doors', (service) => {
  let account: OtherAccount;
  let given: KeysOfEveryKind;
  let place: FormPlace;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    given = await givenEveryKind(service(), account);
    const { tenantId = '' } = (await service().store.read(ACCOUNTS).get(account.accountId)) ?? {};
    place = { instanceId: given.instance.guid, tenantId, ownerToken: await account.ownerToken() };
  });

  const presented = (form: CredentialForm, kind: (typeof KEY_KIND_NAMES)[number]): Promise<Answer> =>
    service().call(form.method, form.path(place), form.sent(given.keys[kind], place));

  it('when a door comes, then it has its row here', () => {
    expect([...new Set(CREDENTIAL_FORMS.map(({ door }) => door))].toSorted()).toEqual(DOORS.toSorted());
    expect(Object.keys(REFUSAL_MEMBERS).toSorted()).toEqual(DOORS.toSorted());
  });

  const ofTenants = CREDENTIAL_FORMS.filter(({ takes }) => takes.some((kind) => KEY_KINDS[kind].of === 'tenant'));

  /** A stolen key is worth nothing elsewhere, whatever system's it is. */
  describe('given an account that is closed to the address of its clients', () => {
    const close = (allowedAddresses: string) =>
      givenAccountSettings(service(), account.accountId, { allowedAddresses });

    it('when keys of tenants are presented, then they are refused in the form of the door within a second, and taken again after', async () => {
      await close('192.0.2.1');
      for (const form of ofTenants) {
        const [kind = 'log_reading'] = form.takes;
        const wanted = WRONG_PLACE_REFUSALS[form.door];
        const status = async () => (await presented(form, kind)).status;
        expect({ form: form.name, status: await withinASecond(status, wanted) }).toEqual({
          form: form.name,
          status: wanted,
        });
        expectRefusal({ ...form, refusals: [wanted ?? 0] }, await presented(form, kind), kind);
      }
      await close('default');
      for (const form of ofTenants) {
        const status = async () => (await presented(form, form.takes[0] ?? 'log_reading')).status;
        expect(await withinASecond(status, 200)).toBe(200);
      }
    });
  });

  /** Isolation of tenants: behind the host name of one, keys of another open nothing. */
  it('given the host name of another tenant, when keys of tenants are presented there, then they are refused in the form of the door', async () => {
    const json = { name: 'walls', owner_email: 'walls@example.test', host_names: ['walls.example.test'] };
    await asOwner(service(), 'POST', '/latchkey/v1/accounts', { json });

    for (const form of ofTenants) {
      const [kind = 'log_reading'] = form.takes;
      const sent = form.sent(given.keys[kind], place);
      const headers = { ...sent.headers, Host: 'walls.example.test' };
      const answer = await service().call(form.method, form.path(place), { ...sent, headers });
      expectRefusal({ ...form, refusals: [WRONG_PLACE_REFUSALS[form.door] ?? 0] }, answer, kind);
      expect((await presented(form, kind)).status).toBe(200);
    }
  });

  /** Confusion of kinds: a key that was given away for one purpose must open nothing else, however it is presented. */
  describe.each(CREDENTIAL_FORMS.map((form) => [`${form.door}, ${form.name}`, form] as const))('%s', (_name, form) => {
    const others = KEY_KIND_NAMES.filter((kind) => !form.takes.includes(kind));

    it('when keys of its kinds are presented, then they are taken, and all others are refused in the form of the door', async () => {
      for (const kind of form.takes) {
        const { status, text } = await presented(form, kind);
        expect({ kind, taken: status >= 200 && status < 300, text }).toMatchObject({ kind, taken: true });
      }
      for (const kind of others) expectRefusal(form, await presented(form, kind), kind);
    });

    /** Sends the form with a key that nobody has, and some headers of it as they are given here. */
    const sentWith = (hostile: Readonly<Record<string, string | readonly string[]>>): Promise<Answer> => {
      const { token, headers = {}, json, form: fields } = form.sent({ id: 'ApiKey-none', secret: NEVER_VALID }, place);
      const encoded = fields && new URLSearchParams(fields).toString();
      const body = encoded ?? (json === undefined ? undefined : JSON.stringify(json));
      const type = encoded === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
      const known = { ...(token !== undefined && { Authorization: `Bearer ${token}` }), ...headers };
      const own = { ...known, ...(body !== undefined && { 'Content-Type': type }) };
      const url = `${service().listenUrl}${form.path(place)}`;
      return sendHeaders({ method: form.method, url, headers: { ...own, ...hostile }, body });
    };

    it.each(Object.entries(HOSTILE))(
      'when Authorization is %s, then it is 400 or 401 in the form of the door',
      async (name, value) => {
        expectRefusal(form, await sentWith({ Authorization: value }), name);
      },
    );

    const { headers: ownHeaders = {} } = form.sent(
      { id: '', secret: '' },
      { instanceId: '', tenantId: '', ownerToken: '' },
    );
    const named = Object.keys(ownHeaders).filter((name) => name !== 'Authorization');

    for (const name of named) {
      it(`when ${name} is empty, repeated, long or no ASCII, then it is refused in the form of the door`, async () => {
        for (const [what, value] of Object.entries(HOSTILE_HEADERS)) {
          expectRefusal(form, await sentWith({ [name]: value }), what);
        }
      });
    }
  });
});

/** Clear, in the words of the door, and never a defect. */
function expectRefusal({ door, refusals = [400, 401] }: CredentialForm, answer: Answer, what: string): void {
  const { status, body, text } = answer;
  expect({ what, isRefused: refusals.includes(status), status, text }).toMatchObject({ isRefused: true });
  expect(Object.keys(body)).toEqual(
    expect.arrayContaining([...(REFUSAL_MEMBERS[door] ?? ['a row in REFUSAL_MEMBERS'])]),
  );
}
