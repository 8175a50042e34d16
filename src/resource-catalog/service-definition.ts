/**
 * What a service is to the rest: its name in CRNs and policies, its actions, and which roles give them. One file in
 * `definitions/` and one row in `catalog.ts` make a service.
 */
export interface ServiceDefinition {
  /** As in CRNs and policies: `logs`. */
  readonly name: string;
  readonly displayName: string;
  /** `platform_service`: what runs the account itself. */
  readonly type: 'service' | 'platform_service';
  /** Groups by which one policy may name several services: `IAM`. */
  readonly groups: readonly string[];
  /** What each platform role may do; none of them includes another by itself. */
  readonly platformRoles: Readonly<Record<PlatformRole, readonly string[]>>;
  /** Platform roles beside the four that every service has. */
  readonly furtherPlatformRoles?: readonly ServiceRole[];
  /** Roles of the service's own. */
  readonly serviceRoles: readonly ServiceRole[];
  /** How instances of it are provisioned; absent: it has none. */
  readonly instances?: InstanceDefinition;
}

/** What instances of a service are. */
export interface InstanceDefinition {
  /** The service's own id in the catalogue: a fixed UUID. */
  readonly catalogId: string;
  /** What can be provisioned. */
  readonly plans: readonly Plan[];
  /** Instances take log lines in: they have ingestion keys, of which each credential bundle holds one. Absent: they take none. */
  readonly logLines?: LogLineActions;
}

/** One way in which a service is sold. */
export interface Plan {
  /** A fixed UUID. */
  readonly id: string;
  readonly name: string;
  /** Whether a deleted instance can be restored for a while, before it is reclaimed. */
  readonly reclaims: boolean;
  readonly locations: readonly string[];
}

/** Which actions the lines and ingestion keys of an instance need. */
export interface LogLineActions {
  /** To send lines as an identity; absent: only ingestion keys send. */
  readonly send?: string;
  /** To read what was sent. */
  readonly read: string;
  readonly listKeys: string;
  readonly createKeys: string;
  readonly deleteKeys: string;
}

/** The roles that every service has (IBM Cloud docs, "IAM roles and actions"). */
export const PLATFORM_ROLES = ['Viewer', 'Operator', 'Editor', 'Administrator'] as const;

/** One of the roles that every service has. */
export type PlatformRole = (typeof PLATFORM_ROLES)[number];

/** A role that one service defines. */
export interface ServiceRole {
  /** The last part of its CRN. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly actions: readonly string[];
  /** The CRN it is listed under, and others by which policies may name it. */
  readonly crns: readonly [string, ...string[]];
}

/** The CRN of a platform role. */
export const platformRoleCrn = (role: PlatformRole): string => `crn:v1:bluemix:public:iam::::role:${role}`;

/** The CRN of a role that several services have: Reader, Writer, Manager. */
export const commonRoleCrn = (role: string): string => `crn:v1:bluemix:public:iam::::serviceRole:${role}`;

/** The CRN of a role of one service. */
export const serviceRoleCrn = (service: string, role: string): string =>
  `crn:v1:bluemix:public:${service}::::serviceRole:${role}`;

/** What whoever may manage rights to a service needs; part of every service's Administrator. */
export const POLICY_ACTIONS = [
  'iam.policy.create',
  'iam.policy.read',
  'iam.policy.update',
  'iam.policy.delete',
] as const;

/** What Reader, Writer and Manager of a service may do; each is to contain the one before. */
export function commonRoles(
  actions: Readonly<Record<'Reader' | 'Writer' | 'Manager', readonly string[]>>,
): readonly ServiceRole[] {
  return (['Reader', 'Writer', 'Manager'] as const).map((name) => ({
    name,
    displayName: name,
    description: COMMON_DESCRIPTIONS[name],
    actions: actions[name],
    crns: [commonRoleCrn(name)],
  }));
}

const COMMON_DESCRIPTIONS = {
  Reader: 'Read what is in the service, without changing it.',
  Writer: 'Beyond the reader role, create and edit what is in the service.',
  Manager: 'Beyond the writer role, do what the service keeps for the privileged.',
} as const;
