import { ACCESS_GROUPS } from '../access-groups/access-group.ts';
import { GROUP_MEMBERS } from '../access-groups/group-member.ts';
import { GROUP_RULES } from '../access-groups/group-rule.ts';
import { GROUP_SETTINGS } from '../access-groups/group-settings.ts';
import { ACCOUNTS, INSTALLATIONS } from '../accounts/account.ts';
import { HOST_NAMES } from '../accounts/host-name.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { ACCOUNT_EVENTS } from '../audit/account-event.ts';
import { AUDIT_EVENTS } from '../audit/audit-event.ts';
import { ACTIVITY, EXCHANGE_COUNTS } from '../audit/exchange-count.ts';
import { EXCHANGE_FAILURES } from '../audit/exchange-failure.ts';
import { DATA_SOURCES } from '../data-sources/data-source.ts';
import { INGESTION_USE } from '../ingestion/ingestion-use.ts';
import { INGESTION_KEYS } from '../ingestion-keys/ingestion-key.ts';
import { GROUPED_KEYS } from '../key-groups/grouped-key.ts';
import { KEY_GROUPS } from '../key-groups/key-group.ts';
import { HAND_OVERS } from '../log-forwarding/hand-over.ts';
import { NODES } from '../nodes/node.ts';
import { ACCESS_SETTINGS } from '../policies/access-settings.ts';
import { CUSTOM_ROLES } from '../policies/custom-role.ts';
import { POLICIES } from '../policies/policy.ts';
import { REPORT_PIECES, REPORTS } from '../reports/report.ts';
import { RESOURCE_GROUPS } from '../resource-groups/resource-group.ts';
import { RESOURCE_ALIASES } from '../resource-instances/resource-alias.ts';
import { RESOURCE_INSTANCES } from '../resource-instances/resource-instance.ts';
import { RESOURCE_KEYS } from '../resource-keys/resource-key.ts';
import { REVOCATIONS } from '../revocations/revocation.ts';
import { SERVICE_ACCOUNTS } from '../service-accounts/service-account.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import { SERVICE_ID_GROUPS } from '../service-ids/service-id-group.ts';
import { SIGNING_KEYS } from '../signing-keys/signing-key.ts';
import { anyCollection, type Collection, type Entity } from '../store/collection.ts';
import { USED_ASSERTIONS } from '../tokens/used-assertions.ts';
import { INVITATIONS } from '../users/invitation.ts';
import { PASSWORDS } from '../users/passwords.ts';
import { MEMBERSHIPS, USERS } from '../users/user.ts';

/** Everything that a back-end has to keep. */
export const COLLECTIONS: readonly Collection<Entity>[] = [
  anyCollection(INSTALLATIONS),
  anyCollection(ACCOUNTS),
  anyCollection(USERS),
  anyCollection(MEMBERSHIPS),
  anyCollection(INVITATIONS),
  anyCollection(PASSWORDS),
  anyCollection(HOST_NAMES),
  anyCollection(SERVICE_IDS),
  anyCollection(SERVICE_ID_GROUPS),
  anyCollection(SERVICE_ACCOUNTS),
  anyCollection(USED_ASSERTIONS),
  anyCollection(POLICIES),
  anyCollection(ACCESS_SETTINGS),
  anyCollection(ACCESS_GROUPS),
  anyCollection(GROUP_MEMBERS),
  anyCollection(GROUP_RULES),
  anyCollection(GROUP_SETTINGS),
  anyCollection(CUSTOM_ROLES),
  anyCollection(RESOURCE_GROUPS),
  anyCollection(RESOURCE_INSTANCES),
  anyCollection(RESOURCE_ALIASES),
  anyCollection(RESOURCE_KEYS),
  anyCollection(INGESTION_KEYS),
  anyCollection(INGESTION_USE),
  anyCollection(HAND_OVERS),
  anyCollection(DATA_SOURCES),
  anyCollection(API_KEYS),
  anyCollection(KEY_GROUPS),
  anyCollection(GROUPED_KEYS),
  anyCollection(ACTIVITY),
  anyCollection(REPORTS),
  anyCollection(REPORT_PIECES),
  anyCollection(REVOCATIONS),
  anyCollection(SIGNING_KEYS),
  anyCollection(NODES),
  anyCollection(AUDIT_EVENTS),
  anyCollection(EXCHANGE_COUNTS),
  anyCollection(EXCHANGE_FAILURES),
  anyCollection(ACCOUNT_EVENTS),
];
