/**
 * Cloud resource names: `crn:v1:<cname>:<ctype>:<service>:<location>:<scope>:<instance>:<resource type>:<resource>`
 * (IBM Cloud documentation, "Cloud Resource Names"). Ours always have cname `bluemix` and ctype `public`.
 */
export interface Crn {
  readonly service: string;
  /** A region, or `''` for what lives everywhere. */
  readonly location: string;
  /** `a/<account id>`, or `''` for what belongs to no account. */
  readonly scope: string;
  readonly instance: string;
  readonly resourceType: string;
  readonly resource: string;
}

/** Segments that are absent are `''`. */
export function formatCrn({
  service,
  location = '',
  scope = '',
  instance = '',
  resourceType = '',
  resource = '',
}: Partial<Crn> & Pick<Crn, 'service'>): string {
  return `crn:v1:bluemix:public:${service}:${location}:${scope}:${instance}:${resourceType}:${resource}`;
}

/** The name of something of an account that is no resource instance, such as an API key. */
export function accountCrn(service: string, accountId: string, resourceType: string, resource: string): string {
  return formatCrn({ service, scope: `a/${accountId}`, resourceType, resource });
}

const SEGMENTS = 10;

/**
 * Reads a CRN. The resource, the last segment, may itself contain colons.
 * @returns its parts, or `undefined` when the text is no CRN of version 1
 */
export function parseCrn(text: string): Crn | undefined {
  const segments = text.split(':');
  if (segments.length < SEGMENTS || segments[0] !== 'crn' || segments[1] !== 'v1') return undefined;
  const [service = '', location = '', scope = '', instance = '', resourceType = ''] = segments.slice(4, 9);
  if (service === '') return undefined;
  return { service, location, scope, instance, resourceType, resource: segments.slice(9).join(':') };
}
