/** A scope, as clients are told of it. */
export interface DescribedScope {
  readonly scope: string;
  readonly description: string;
  readonly childScopes?: readonly DescribedScope[];
}

const part = (
  name: string,
  description: string,
  ...children: readonly (readonly [string, string])[]
): DescribedScope => ({
  scope: `fr:idc:${name}:*`,
  description: `All ${description} APIs`,
  ...(children.length > 0 && {
    childScopes: children.map(([verb, said]) => ({ scope: `fr:idc:${name}:${verb}`, description: said })),
  }),
});

/**
 * The scopes that the system has for service accounts. Here they bound what such a token may do at this system's paths; what it may do
 * at all, the policies of its service ID say.
 */
export const SERVICE_ACCOUNT_SCOPES: readonly DescribedScope[] = [
  { scope: 'fr:am:*', description: 'All Access Management APIs' },
  { scope: 'fr:idm:*', description: 'All Identity Management APIs' },
  { scope: 'fr:autoaccess:*', description: 'All Auto Access APIs' },
  { scope: 'fr:iga:*', description: 'All Governance APIs' },
  part('analytics', 'Analytics'),
  part('certificate', 'TLS certificate', ['read', 'Read TLS certificates']),
  part('content-security-policy', 'content security policy'),
  part('cookie-domain', 'cookie domain'),
  part('custom-domain', 'custom domain'),
  part('dataset', 'dataset deletion'),
  part(
    'esv',
    'ESV',
    ...([
      ['read', 'Read ESVs, excluding values of secrets'],
      ['update', 'Create, modify, and delete ESVs'],
      ['restart', 'Restart workloads that consume ESVs'],
    ] as const),
  ),
  part('mtls', 'mTLS'),
  part('promotion', 'configuration promotion'),
  part(
    'proxy-connect',
    'Proxy Connect',
    ...([
      ['read', 'Read Proxy Connect configuration'],
      ['write', 'Create and update Proxy Connect configuration'],
    ] as const),
  ),
  part('release', 'product release'),
  part('sso-cookie', 'SSO cookie'),
];

/** The same, without their tree. */
export const SCOPE_NAMES: ReadonlySet<string> = new Set(
  SERVICE_ACCOUNT_SCOPES.flatMap(({ scope, childScopes = [] }) => [scope, ...childScopes.map((child) => child.scope)]),
);

/** Those that only people ask for. */
const SCOPES_OF_PEOPLE = ['openid', 'profile', 'fr:idc:federation:*', 'fr:idc:federation:read'];

/** @returns those of a person's scopes that this system has: no client is refused because it knows more of them */
export function scopesOfPerson(asked: string): string {
  const names = asked.split(' ').filter((name) => SCOPE_NAMES.has(name) || SCOPES_OF_PEOPLE.includes(name));
  return [...new Set(names)].join(' ');
}

/** The scope without which a service account's token does nothing at `/openidm`. */
export const IDENTITY_SCOPE = 'fr:idm:*';
