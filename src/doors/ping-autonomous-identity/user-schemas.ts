import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';
import { PERSON } from './person-form.ts';

const EMAIL = z.string().min(1).max(300);
const PASSWORD = z.string().min(1).max(1_000);
const NAME = textUpTo(200);
const GROUPS = z.array(z.enum(['Zoran User', 'Zoran Admin'])).max(2);
/** What a directory keeps of a user, and what follows here from the e-mail address. */
const NOT_KEPT = z.unknown().describe('Tolerated, without effect.');

/** The body of `POST /api/admin/createUser`. */
export const NEW_USER = z
  .object({
    email: EMAIL,
    groups: GROUPS.optional().describe('`Zoran Admin` gives the role Administrator on identities and users.'),
    password: PASSWORD.optional().describe('Is not taken: the user sets it with the activation code.'),
    displayName: NAME.optional().describe('Is not taken: users name themselves.'),
    dn: NOT_KEPT.optional(),
    uid: NOT_KEPT.optional(),
    gidNumber: NOT_KEPT.optional(),
    controls: NOT_KEPT.optional(),
  })
  .meta({ id: 'TenantNewUser' });

const CHANGE = {
  groups: GROUPS.optional().describe('As they are: rights are changed by policies.'),
  password: PASSWORD.optional().describe('Of oneself alone.'),
  current_password: PASSWORD.optional().describe('Needed with `password` of who has one.'),
  displayName: NAME.optional().describe('Of oneself alone.'),
};

/** The body of `POST /api/admin/updateUser`. */
export const USER_CHANGE = z.object({ email: EMAIL, ...CHANGE }).meta({ id: 'TenantUserChange' });

/** The body of `POST /api/admin/updateSelf`. */
export const SELF_CHANGE = z
  .object({ email: EMAIL.optional().describe('The own one.'), ...CHANGE })
  .meta({ id: 'TenantSelfChange' });

/** What somebody has sent to be changed. */
export type SentChange = Omit<z.output<typeof USER_CHANGE>, 'email'>;

/** The body of `POST /api/admin/disableUser` and `…/enableUser`. */
export const NAMED_USER = z.object({ email: EMAIL }).meta({ id: 'TenantNamedUser' });

/** Most users of one answer. */
const MOST_ROWS = 100;
/** So far users are counted through: what is passed over is read. */
const MOST_PASSED = 10_000;

const SORT = z.enum(['uid', 'displayName', 'gidNumber']);
const ROWS = z.int().min(1);
const OFFSET = z.int().min(0).max(MOST_PASSED);
const numberText = (rule: z.ZodInt) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a number')
    .transform(Number)
    .pipe(rule);

/** The body of `GET /api/admin/getUsers`. */
export const USER_LIST_BODY = z.object({
  maxResults: ROWS.optional(),
  offset: OFFSET.optional(),
  sortBy: SORT.optional(),
});

/** Its query, for whom a proxy takes the body of a `GET` away. */
export const USER_LIST_PARAMETERS = z.object({
  maxResults: numberText(ROWS)
    .optional()
    .meta({ type: 'integer', description: `Default, and at most: ${MOST_ROWS}.` }),
  offset: numberText(OFFSET)
    .optional()
    .meta({ type: 'integer', description: `At most ${MOST_PASSED}.` }),
  sortBy: SORT.optional().describe('Default: the order in which they came.'),
});

/** Which users are wanted. */
export interface UserListRequest {
  readonly rows: number;
  readonly offset: number;
  readonly sortBy: z.output<typeof SORT> | undefined;
}

/** @returns what is asked for, whichever way it was sent; what stands in the body counts */
export function userListRequest(...sent: readonly z.output<typeof USER_LIST_BODY>[]): UserListRequest {
  const { maxResults = MOST_ROWS, offset = 0, sortBy } = Object.assign({}, ...sent.map(withoutAbsent));
  return { rows: Math.min(maxResults, MOST_ROWS), offset, sortBy };
}

const withoutAbsent = (sent: z.output<typeof USER_LIST_BODY>): z.output<typeof USER_LIST_BODY> =>
  Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));

/** A user of the tenant. */
export const LISTED_USER = PERSON.partial({ _groups: true })
  .extend({
    email: z.string(),
    enabled: z.boolean().describe('Neither suspended nor still to come.'),
    _groups: PERSON.shape._groups.optional().describe('For administrators, and of oneself.'),
  })
  .meta({ id: 'TenantUser' });

/** A user, as it is written. */
export type ListedUserRepresentation = z.input<typeof LISTED_USER>;

const SUCCESS = z.literal('success');

/** That it is done. */
export const DONE = z.object({ message: SUCCESS }).meta({ id: 'TenantDone' });

/** That it is done, as it is written. */
export const WRITTEN_DONE: z.input<typeof DONE> = { message: 'success' };

/** That somebody is asked in. */
export const CREATED_USER = z
  .object({
    message: SUCCESS,
    activation_code: z.string().optional().describe('For `POST /latchkey/v1/users/activate`; shown this once.'),
    note: z.string().optional().describe('What of the body was not taken.'),
  })
  .meta({ id: 'TenantCreatedUser' });

/** That somebody is asked in, as it is written. */
export type CreatedUserRepresentation = z.input<typeof CREATED_USER>;
