import { POLICY_ACTIONS, type ServiceDefinition, serviceRoleCrn } from '../service-definition.ts';

const NAME = 'iam-identity';

const READ = [
  'iam-identity.apikey.get',
  'iam-identity.apikey.list',
  'iam-identity.serviceid.get',
  'iam-identity.serviceid.list',
  'iam-identity.serviceidgroup.get',
  'iam-identity.serviceidgroup.list',
  'iam-identity.account.get',
  'iam-identity.profile.list',
  'iam-identity.template.list',
];

const KEYS = [
  'iam-identity.apikey.create',
  'iam-identity.apikey.update',
  'iam-identity.apikey.extend',
  'iam-identity.apikey.delete',
  'iam-identity.apikey.lock',
  'iam-identity.apikey.unlock',
  'iam-identity.apikey.disable',
  'iam-identity.apikey.enable',
  'iam-identity.apikey.sign-out',
];

const SERVICE_IDS = [
  'iam-identity.serviceid.create',
  'iam-identity.serviceid.update',
  'iam-identity.serviceid.delete',
  'iam-identity.serviceid.lock',
  'iam-identity.serviceid.unlock',
  'iam-identity.serviceid.sign-out',
  'iam-identity.serviceidgroup.create',
  'iam-identity.serviceidgroup.update',
  'iam-identity.serviceidgroup.delete',
];

const ACCOUNT = [
  'iam-identity.tenantkey.create',
  'iam-identity.tenantkey.create-for-others',
  'iam-identity.tenantkey.get',
  'iam-identity.tenantkey.list',
  'iam-identity.tenantkey.update',
  'iam-identity.tenantkey.delete',
  'iam-identity.datasource.create',
  'iam-identity.datasource.get',
  'iam-identity.datasource.list',
  'iam-identity.datasource.update',
  'iam-identity.datasource.delete',
  'iam-identity.log.read',
  'iam-identity.apikey.reveal',
  'iam-identity.account.update',
  'iam-identity.account.sign-out',
  'iam-identity.report.create',
  'iam-identity.report.get',
  'iam-identity.mfa.get',
  'iam-identity.membership.sign-out',
];

/** Identities, their keys, and the settings of the account (IBM Cloud docs, "IAM Identity Service" roles). */
export const IAM_IDENTITY: ServiceDefinition = {
  name: NAME,
  displayName: 'IAM Identity Service',
  type: 'platform_service',
  groups: ['IAM'],
  platformRoles: {
    Viewer: READ,
    Operator: [...READ, ...KEYS],
    Editor: [...READ, ...KEYS, ...SERVICE_IDS],
    Administrator: [...READ, ...KEYS, ...SERVICE_IDS, ...ACCOUNT, ...POLICY_ACTIONS],
  },
  serviceRoles: [
    {
      name: 'ServiceIdCreator',
      displayName: 'Service ID creator',
      description: 'Create service IDs, also where the account restricts it.',
      actions: ['iam-identity.serviceid.create', 'iam-identity.serviceid.create-restricted'],
      crns: [serviceRoleCrn(NAME, 'ServiceIdCreator')],
    },
    {
      name: 'UserApiKeyCreator',
      displayName: 'User API key creator',
      description: 'Create API keys of their own, where the account restricts it.',
      actions: ['iam-identity.apikey.create-restricted'],
      crns: [serviceRoleCrn(NAME, 'UserApiKeyCreator')],
    },
  ],
};
