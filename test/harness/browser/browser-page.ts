import { setTimeout as pause } from 'node:timers/promises';
import type { DevTools, Members } from './dev-tools.ts';

/** A page of the browser. */
export interface BrowserPage {
  /** The value of an expression in the page, as JSON would carry it. @throws what the page throws */
  evaluate(expression: string): Promise<unknown>;
  /** Returns once the expression is true. @throws Error with what the page shows, when it does not become so */
  until(expression: string): Promise<void>;
  /** Presses a key as a person would: `Tab`, `Enter` or a space. */
  press(key: 'Tab' | 'Enter' | ' '): Promise<void>;
  /** What a visitor's settings say. */
  prefer(feature: 'prefers-color-scheme', value: 'light' | 'dark'): Promise<void>;
  /** A PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  /** Everything that went wrong in it: thrown, logged as an error, or refused by its content security policy. */
  readonly problems: readonly string[];
}

const UNTIL_MILLISECONDS = 15_000;
const KEY_CODES = { Tab: 9, Enter: 13, ' ': 32 } as const;

/** Opens a page and returns once it is loaded. */
export async function openPage(devTools: DevTools, url: string): Promise<BrowserPage> {
  const { targetId } = await devTools.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await devTools.send('Target.attachToTarget', { targetId, flatten: true });
  const session = String(sessionId);
  const send = (method: string, parameters?: Members) => devTools.send(method, parameters, session);
  const problems: string[] = [];
  devTools.onEvent(session, (method, parameters) => {
    if (method === 'Runtime.exceptionThrown') problems.push(JSON.stringify(parameters['exceptionDetails']));
    if (method === 'Log.entryAdded') problems.push(JSON.stringify(parameters['entry']));
  });
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);
  await send('Page.navigate', { url });

  const evaluate: BrowserPage['evaluate'] = async (expression) => {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await send('Runtime.evaluate', options);
    if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  };
  const until: BrowserPage['until'] = async (expression) => {
    const giveUpAt = performance.now() + UNTIL_MILLISECONDS;
    while ((await evaluate(`Boolean(${expression})`)) !== true) {
      if (performance.now() > giveUpAt) {
        throw new Error(
          `never true: ${expression}\n${await evaluate('document.body.innerText')}\n${problems.join('\n')}`,
        );
      }
      await pause(20);
    }
  };
  await until(`location.href !== 'about:blank' && document.readyState === 'complete'`);
  return {
    evaluate,
    until,
    problems,
    async press(key) {
      const pressed = { key, code: key === ' ' ? 'Space' : key, windowsVirtualKeyCode: KEY_CODES[key] };
      const text = { Tab: undefined, Enter: '\r', ' ': ' ' }[key];
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...pressed, ...(text !== undefined && { text }) });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...pressed });
    },
    async prefer(name, value) {
      await send('Emulation.setEmulatedMedia', { features: [{ name, value }] });
    },
    async screenshot() {
      const { data } = await send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
      return Buffer.from(String(data), 'base64');
    },
  };
}
