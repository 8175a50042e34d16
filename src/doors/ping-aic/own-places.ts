import type { TenantNames } from '../../accounts/tenant-names.ts';

/** Where this service itself is, as its clients name it. */
export interface OwnPlaces {
  /** @returns whether it is the token endpoint of this service, for an identity of this account */
  isTokenEndpoint(url: string, accountId: string): Promise<boolean>;
  /** @returns whether it is where the client of administrators is sent back to, exactly */
  isReturnAddress(url: string, accountId: string): Promise<boolean>;
}

/** What tells them. */
export interface OwnPlacesParts {
  readonly publicUrl: string;
  readonly tenantNames: Pick<TenantNames, 'ofHost'>;
}

interface Place {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

// Linear: the host has no colon but in brackets, and the port may stand twice (below).
const URL_PARTS =
  /^(https?):\/\/(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::([0-9]{1,5}))?(?::([0-9]{1,5}))?(\/[^?#]*)$/i;

const TOKEN_PATH = '/am/oauth2/access_token';
const RETURN_PATH = '/platform/appAuthHelperRedirect.html';
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * A place is ours by the public address, or by a host name that the account has been given, and never by the header `Host`, which the
 * client writes itself: an assertion that was signed for another service would then be taken wherever it is sent, and a code be sent
 * anywhere (open redirect).
 */
export function ownPlaces({ publicUrl, tenantNames }: OwnPlacesParts): OwnPlaces {
  const { protocol, hostname, port } = new URL(publicUrl);
  const own: Place = { protocol: protocol.slice(0, -1), hostname, port: port === '' ? usualPort(protocol) : port };

  const isOwn = async (place: Place, accountId: string): Promise<boolean> => {
    if (place.protocol !== own.protocol || place.port !== own.port) return false;
    if (place.hostname === own.hostname) return true;
    // All of them are this machine, and people type either.
    if (LOOPBACK.includes(own.hostname) && LOOPBACK.includes(place.hostname)) return true;
    return (await tenantNames.ofHost(place.hostname)) === accountId;
  };

  return {
    async isTokenEndpoint(url, accountId) {
      const [, scheme = '', host = '', first, second, path] = URL_PARTS.exec(url) ?? [];
      // A client in use writes the port twice where it is not the usual one.
      if (path !== TOKEN_PATH || (second !== undefined && second !== first)) return false;
      return isOwn(placeOf(scheme, host, first), accountId);
    },

    async isReturnAddress(url, accountId) {
      const [, scheme = '', host = '', first, second, path] = URL_PARTS.exec(url) ?? [];
      if (path !== RETURN_PATH || second !== undefined) return false;
      return isOwn(placeOf(scheme, host, first), accountId);
    },
  };
}

function placeOf(scheme: string, host: string, port: string | undefined): Place {
  const protocol = scheme.toLowerCase();
  return { protocol, hostname: host.toLowerCase(), port: port ?? usualPort(`${protocol}:`) };
}

const usualPort = (protocol: string): string => (protocol === 'https:' ? '443' : '80');
