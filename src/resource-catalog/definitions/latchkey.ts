import { POLICY_ACTIONS, type ServiceDefinition, serviceRoleCrn } from '../service-definition.ts';

const NAME = 'latchkey';
const VERIFY = ['latchkey.token.verify', 'latchkey.decision.read'];

/** What the product has beside the systems that it stands in for. What concerns the whole installation no role gives. */
export const LATCHKEY: ServiceDefinition = {
  name: NAME,
  displayName: 'Latchkey',
  type: 'platform_service',
  groups: [],
  platformRoles: {
    Viewer: [],
    Operator: ['latchkey.leaks.report'],
    Editor: ['latchkey.leaks.report'],
    Administrator: ['latchkey.leaks.report', ...VERIFY, ...POLICY_ACTIONS],
  },
  serviceRoles: [
    {
      name: 'Verifier',
      displayName: 'Verifier',
      description: 'Verify tokens for others, ask what their bearers may do, and hear of what was taken back.',
      actions: VERIFY,
      crns: [serviceRoleCrn(NAME, 'Verifier')],
    },
  ],
};
