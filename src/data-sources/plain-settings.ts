import { isText } from '../http/text.ts';

/** Most that the settings of one part of a data source may take, as JSON, in characters. */
export const LONGEST_SETTINGS = 8_192;

// All are linear: one class each, of which a `/` or `:` ends every run; the names are compared once their separators are gone.
const SECRET_NAME = /(?:password|passwd|pwd|passphrase|secret|token|apikey|accesskey|privatekey|credentials?)$/;
const SEPARATORS = /[^a-z0-9]/g;
const PASSWORD_IN_URL = /\/\/[^\s/:@]*:[^\s/@]+@/;

/** @returns whether the settings are short enough to be shown with every search */
export const isBounded = (settings: unknown): boolean => JSON.stringify(settings).length <= LONGEST_SETTINGS;

/** @returns whether every text in the settings, names too, is text on one line */
export const isPlainText = (settings: unknown): boolean =>
  everyText(settings, (name, text) => isText(name) && isText(text));

/**
 * Disclosure: whoever may search data sources reads their settings. So the usual places of secrets are refused: a text under a name
 * like `password` or `client_secret`, and a password in a URL. Others, nobody can tell from what is none.
 */
export const holdsNoSecret = (settings: unknown): boolean =>
  everyText(settings, (name, text) => {
    const isSecret = text !== '' && SECRET_NAME.test(name.toLowerCase().replace(SEPARATORS, ''));
    return !isSecret && !PASSWORD_IN_URL.test(text);
  });

/** Walks without recursion. @returns whether all is so of each name and the text there; without a text, of `''` */
function everyText(root: unknown, isRight: (name: string, text: string) => boolean): boolean {
  const open: { readonly name: string; readonly value: unknown }[] = [{ name: '', value: root }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { name, value } = at;
    if (!isRight(name, typeof value === 'string' ? value : '')) return false;
    if (typeof value !== 'object' || value === null) continue;
    const isList = Array.isArray(value);
    // What is in a list is called as the list is: `{"passwords": ["…"]}`.
    for (const [key, member] of Object.entries(value)) open.push({ name: isList ? name : key, value: member });
  }
  return true;
}
