const SEGMENTS = 10;
const LONGEST = 1_000;
const SERVICE = 4;

/**
 * Reads where an alias or a binding is to stand: in another environment, so any `cname` and `ctype` (`staging`), and any scope
 * (`o/…`, `s/…`), are taken. An environment that still calls itself `bluemix` is known by its later name, `cf`.
 * @returns the CRN as it is kept, or `undefined` when the text is none
 */
export function targetCrnOf(text: string): string | undefined {
  const segments = text.split(':');
  if (text.length > LONGEST || segments.length < SEGMENTS || segments[0] !== 'crn' || segments[1] !== 'v1') {
    return undefined;
  }
  const service = segments[SERVICE];
  if (service === undefined || service === '') return undefined;
  return service === 'bluemix' ? segments.with(SERVICE, 'cf').join(':') : text;
}
