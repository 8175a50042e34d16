import { isIP } from 'node:net';
import { networkOf } from '../http/ip-address.ts';
import { type KeyRing, KeyRingUnreadable, keyRingFromText, type RingKind } from '../secrets/key-ring.ts';

/**
 * What became of a setting's text: its value, or what is wrong with it, as the end of "NAME …". `hidden`: the text holds a
 * secret although the setting is none, and must not be shown.
 */
export type Reading<Value> = { readonly value: Value } | { readonly refusal: string; readonly hidden?: true };

/** How the text of a setting becomes its value. */
export interface SettingKind<Value> {
  /** What is allowed, with bounds and units, as the end of "It must be …". */
  readonly allowed: string;
  /** Never repeats the text in its refusal: the text may be a secret. */
  readonly read: (text: string) => Reading<Value>;
}

/** A kind that has one rule and says only that. */
function kind<Value>(allowed: string, toValue: (text: string) => Value | undefined): SettingKind<Value> {
  return {
    allowed,
    read: (text) => {
      const value = toValue(text);
      return value === undefined ? { refusal: `must be ${allowed}` } : { value };
    },
  };
}

/** A whole number from `min` to `max`, in `unit` where it counts something. */
export function integer({ min, max, unit }: { min: number; max: number; unit?: string }): SettingKind<number> {
  const allowed = `an integer from ${min} to ${max}${unit === undefined ? '' : ` (${unit})`}`;
  return kind(allowed, (text) => {
    // Number() alone would take '', ' 8080 ', '0x1F' and '1e3'.
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): SettingKind<Word> {
  return kind(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text));
}

/** A name or address to listen on. */
export const HOST_NAME: SettingKind<string> = kind('a host name or an IP address', (text) =>
  isIP(text) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/.test(text) ? text : undefined,
);

/** The path of a file or folder. */
export const FILE_PATH: SettingKind<string> = kind('a path', (text) => (text.includes('\0') ? undefined : text));

/** A server's address with one of the given schemes, such as `mongodb:`. It may hold a password. */
export function serverUrl(...schemes: readonly string[]): SettingKind<string> {
  const allowed = `an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`;
  // Several hosts with commas are usual in mongodb: addresses, and `URL` refuses them; the driver reads the rest.
  return kind(allowed, (text) =>
    schemes.some((scheme) => /^\S+$/.test(text) && hasHost(text, scheme)) ? text : undefined,
  );
}

/**
 * The address under which clients reach the service. It becomes part of the issuer, which clients compare character by
 * character (RFC 8414, section 2), so it has one spelling only.
 */
export const PUBLIC_URL: SettingKind<string> = {
  allowed: 'an http:// or https:// address without a trailing slash, query or fragment',
  read: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const refusal = { refusal: `must be ${PUBLIC_URL.allowed}` };
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return refusal;
    if (url.username !== '' || url.password !== '')
      return { refusal: 'must not hold a user name or password', hidden: true };
    if (text.endsWith('/') || text.includes('?') || text.includes('#')) return refusal;
    const canonical = url.href.replace(/\/$/, '');
    return canonical === text ? { value: text } : { refusal: `must be written '${canonical}'` };
  },
};

/** Where log lines are handed over: `stdout`, or an address to which they are sent. Credentials have a setting of their own. */
export const LOG_SINK: SettingKind<string> = {
  allowed: 'stdout, or an http:// or https:// address without a user name, password or fragment',
  read: (text) => {
    if (text === 'stdout') return { value: text };
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol) || text.includes('#')) {
      return { refusal: `must be ${LOG_SINK.allowed}` };
    }
    if (url.username !== '' || url.password !== '') {
      return { refusal: 'must not hold a user name or password', hidden: true };
    }
    return { value: url.href };
  },
};

/** The value of a header: visible characters and spaces, so that nothing can be put behind it (CRLF injection). */
export const HEADER_VALUE: SettingKind<string> = kind('one line of at most 4,096 visible ASCII characters', (text) =>
  /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/.test(text) ? text : undefined,
);

/** Addresses and networks, divided by commas: `10.0.0.7,192.168.0.0/16,fd00::/8`. */
export const ADDRESS_LIST: SettingKind<readonly string[]> = {
  allowed: 'IP addresses or networks such as 10.0.0.0/8, divided by commas',
  read: (text) => {
    const networks = text.split(',').map((network) => network.trim());
    const wrong = networks.findIndex((network) => !isNetwork(network));
    if (wrong === -1) return { value: networks };
    return { refusal: `must be ${ADDRESS_LIST.allowed}; entry ${wrong + 1} is not one` };
  },
};

/** A secret that can be replaced: `id:base64,id:base64`, the first is current; or one bare base64. */
export function ring(ringKind: RingKind): SettingKind<KeyRing> {
  const { leastBytes, mostBytes } = ringKind;
  const length = leastBytes === mostBytes ? `exactly ${leastBytes}` : `${leastBytes} to ${mostBytes}`;
  return {
    allowed: `base64 of ${length} bytes, or a ring id:base64,id:base64 whose first is current`,
    read: (text) => {
      try {
        return { value: keyRingFromText(ringKind, text) };
      } catch (error) {
        if (!(error instanceof KeyRingUnreadable)) throw error;
        return { refusal: `cannot be read: ${error.message}` };
      }
    },
  };
}

/** The same kind for a setting that may be left out: its default is `undefined`. */
export function optional<Value>(setting: SettingKind<Value>): SettingKind<Value | undefined> {
  return setting;
}

const hasHost = (text: string, scheme: string): boolean =>
  text.startsWith(`${scheme}//`) && text.length > scheme.length + '//'.length;

function isNetwork(text: string): boolean {
  const network = networkOf(text);
  // A prefix of 0 would trust every address: anybody could then forge `X-Forwarded-For` (address spoofing).
  return network !== undefined && network.bits > 0;
}
