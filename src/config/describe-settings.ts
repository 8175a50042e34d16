import { SETTING_LIST, type Setting } from './settings.ts';

const HELP_WIDTH = 100;
const INDENT = '      ';

/** @returns every setting for `--help`: name, default, what is allowed, what it is for */
export function settingsHelp(): string {
  const entries = SETTING_LIST.map((setting) => {
    const { name, fallbackText, kind, sentence } = setting;
    const lines = wrapped(`${sentence} It must be ${kind.allowed}.`, HELP_WIDTH - INDENT.length);
    return [`  ${name} (default: ${fallbackText})`, ...lines.map((line) => INDENT + line)].join('\n');
  });
  return `Settings, read from the environment:\n\n${entries.join('\n\n')}\n\n${wrapped(FILE_RULE, HELP_WIDTH).join('\n')}\n`;
}

/** @returns every setting as a Markdown table, for docs/operations.md */
export function settingsTable(): string {
  const rows = SETTING_LIST.map((setting) => `| ${cells(setting).join(' | ')} |`);
  return ['| name | default | allowed | what it is for |', '|---|---|---|---|', ...rows, '', FILE_RULE].join('\n');
}

const FILE_RULE = [
  `Each of these may instead be given as the path of a file that holds the value: the name and _FILE, such as`,
  'LATCHKEY_PEPPER_FILE.',
  'The two TLS settings are paths already. A name that begins with LATCHKEY_ and is none of these is refused at start,',
  'and so is an empty value.',
].join(' ');

function cells({ name, fallbackText, kind, sentence, secret }: Setting<unknown>): string[] {
  const secrecy = secret ? ' Secret: never printed.' : '';
  return [`\`${name}\``, fallbackText, kind.allowed, sentence + secrecy].map((cell) => cell.replaceAll('|', '\\|'));
}

/** Breaks at spaces; a word longer than a line gets one of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
