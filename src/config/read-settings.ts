import { nearestName } from './nearest-name.ts';
import { fileNameOf, NAME_PREFIX, SETTING_LIST, SETTINGS, type Setting, type SettingValues } from './settings.ts';

/** The names and values that a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Gives the text of a file, or throws. */
export type ReadTextFile = (path: string) => string;

/** Every setting with its value or default, and what was wrong. */
export interface SettingsRead {
  readonly values: SettingValues;
  /** Settings that were given and could not be used; their value is the default. */
  readonly refused: ReadonlySet<keyof SettingValues>;
  readonly problems: string[];
}

/** What tests and CI set for themselves; none of it is the service's. */
const TEST_PREFIX = `${NAME_PREFIX}TEST_`;
/** What Kubernetes gives to every container beside a Service whose name is `latchkey`; it sets LATCHKEY_PORT too. */
const KUBERNETES_LINK = /^LATCHKEY_(?:SERVICE_|PORT_\d)/;
const KUBERNETES_ADVICE = 'Kubernetes makes it for a Service named latchkey: set enableServiceLinks: false.';
const SHOWN_CHARACTERS = 80;

/** Reads each setting by itself; how they fit together is `readConfig`'s matter. */
export function readSettings(environment: Environment, readTextFile: ReadTextFile): SettingsRead {
  const problems = unknownNames(environment);
  const refused = new Set<keyof SettingValues>();
  const values = Object.entries<Setting<unknown>>(SETTINGS).map(([key, setting]) => {
    const value = outcomeOf(setting, environment, readTextFile);
    if (!('problem' in value)) return [key, value.value];
    problems.push(value.problem);
    refused.add(key as keyof SettingValues); // a key of SETTINGS, whose type Object.entries forgets
    return [key, setting.fallback];
  });
  // Safe: each value came from its own setting's `read` or `fallback`.
  return { values: Object.fromEntries(values) as SettingValues, refused, problems };
}

type Outcome<Value> = { readonly value: Value } | { readonly problem: string };

function outcomeOf(setting: Setting<unknown>, environment: Environment, readTextFile: ReadTextFile): Outcome<unknown> {
  const text = textOf(setting, environment, readTextFile);
  if ('problem' in text) return text;
  if (text.value === undefined) return { value: setting.fallback };
  if (text.value === '') return { problem: `${setting.name} is empty; give it a value or remove it.` };
  const reading = setting.kind.read(text.value);
  if ('value' in reading) return reading;
  const shown = setting.secret || reading.hidden ? '' : `, not ${shownSafely(text.value)}`;
  return { problem: `${setting.name} ${reading.refusal}${shown}.` };
}

function textOf(
  setting: Setting<unknown>,
  environment: Environment,
  readTextFile: ReadTextFile,
): Outcome<string | undefined> {
  const fileName = fileNameOf(setting);
  const path = fileName === undefined ? undefined : environment[fileName];
  if (fileName === undefined || path === undefined) return { value: environment[setting.name] };
  if (environment[setting.name] !== undefined) {
    return { problem: `${setting.name} and ${fileName} are both set; keep one.` };
  }
  try {
    // Editors, `echo` and mounted secrets end a file with a new line that is no part of the value.
    return { value: readTextFile(path).replace(/(?:\r?\n)+$/, '') };
  } catch (error) {
    return { problem: unreadableFile(fileName, error) };
  }
}

/** @returns the problem of a file that cannot be read: the system's short name of the failure, and never the content */
export function unreadableFile(name: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return `${name}: the file cannot be read${code}.`;
}

function unknownNames(environment: Environment): string[] {
  const known = SETTING_LIST.flatMap((setting) => [setting.name, fileNameOf(setting) ?? setting.name]);
  return Object.keys(environment)
    .filter((name) => name.startsWith(NAME_PREFIX) && !name.startsWith(TEST_PREFIX) && !known.includes(name))
    .sort()
    .map((name) => {
      if (KUBERNETES_LINK.test(name)) return `${name} is no setting; ${KUBERNETES_ADVICE}`;
      const nearest = nearestName(name, known);
      return `${shownSafely(name)} is no setting; ${nearest === undefined ? 'see --help' : `did you mean ${nearest}?`}`;
    });
}

/** Escapes what could forge or hide lines of a log (log injection), and cuts what would fill it. */
function shownSafely(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return `'${JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"')}'`;
}
