import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Race, startRace } from '../../../scripts/races/race.ts';
import { findingsOf, nameOf, PROMISED_MILLISECONDS } from '../../../scripts/races/run-round.ts';
import { type RacePage, serveRacePage } from '../../../scripts/races/serve-page.ts';
import type { BrowserPage } from '../../harness/browser/browser-page.ts';
import { type Browser, startChromium } from '../../harness/browser/chromium.ts';
import { describeOn } from '../../harness/describe-on.ts';

/** More than one node needs MongoDB and Redis, so `TEST_BACKENDS=sqlite` leaves this out, and says so. */
describeOn('mongo-redis', 'the page of the race, in a browser', () => {
  let race: Race;
  let served: RacePage;
  let browser: Browser;
  let page: BrowserPage;

  beforeAll(async () => {
    [race, browser] = await Promise.all([startRace({ nodes: 2, workers: 2 }), startChromium()]);
    served = await serveRacePage(race, 0);
    page = await browser.open(served.url);
    await page.until(`document.getElementById('status').textContent === 'Ready.'`);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await race?.close();
  });

  const texts = async (selector: string): Promise<readonly string[]> =>
    // Safe: an array of texts is what the expression makes.
    (await page.evaluate(
      `[...document.querySelectorAll('${selector}')].map((element) => element.textContent.trim())`,
    )) as string[];
  const rounds = (count: number) =>
    page.until(
      `document.querySelectorAll('#history tr').length === ${count} && document.getElementById('revoke').getAttribute('aria-disabled') === 'false'`,
    );

  it('when the keyboard alone is used to revoke, then each lane shows its time, and the history a round', async () => {
    await page.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Revoke');
    await page.press('Enter');
    await rounds(1);

    expect(await texts('.lane-name')).toEqual([
      ...['Node 1, worker 1', 'Node 1, worker 2', 'Node 2, worker 1', 'Node 2, worker 2'],
    ]);
    expect(await texts('.lane-result')).toEqual([
      expect.stringMatching(/^\d+\.\d ms · revoked here$/),
      expect.stringMatching(/^\d+\.\d ms · same node$/),
      expect.stringMatching(/^\d+\.\d ms$/),
      expect.stringMatching(/^\d+\.\d ms$/),
    ]);
    expect(await page.evaluate(`document.getElementById('status').textContent`)).toMatch(
      /^Round 1: revoked at node 1, worker 1; every worker refused \d+\.\d ms after the answer\.$/,
    );
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Revoke');
  });

  it('when ten more are asked for, then all are there with their percentiles, each worker revoked, and none was late', async () => {
    await page.evaluate(`document.getElementById('more').click()`);
    await rounds(11);

    const [, other, every] = (await texts('#times tr')).map((row) => row.match(/\d+\.\d ms/g)?.map(Number.parseFloat));
    expect(other).toHaveLength(3);
    expect(every?.at(-1)).toBeLessThanOrEqual(PROMISED_MILLISECONDS);
    expect(new Set(await texts('#history td.start'))).toEqual(new Set(race.lanes.map(nameOf)));
    expect(race.rounds.flatMap((round) => findingsOf(round, race.lanes))).toEqual([]);
    expect(await texts('#findings p')).toEqual([]);
    expect(race.rounds.flatMap(({ lanes }) => lanes.map(({ acceptedAgain }) => acceptedAgain))).toEqual(
      Array.from({ length: 44 }, () => 0),
    );
  });

  it('when the visitor prefers dark or light, then text stands out by 4.5 : 1 at least in both', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.prefer('prefers-color-scheme', scheme);
      expect(Number(await page.evaluate(LEAST_CONTRAST))).toBeGreaterThanOrEqual(4.5);
      const folder = process.env['LATCHKEY_TEST_SCREENSHOTS'];
      if (folder !== undefined) await writeFile(`${folder}/race-${scheme}.png`, await page.screenshot());
    }
  });

  it('when everything was used, then the page has thrown nothing and asked for nothing that its policy forbids', async () => {
    expect(page.problems).toEqual([]);
    const answer = await fetch(served.url);
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(await answer.text()).not.toMatch(/ style=|<style|javascript:|<script(?![^>]*src=)/);
  });

  /** Another site that the visitor has open must neither start rounds (CSRF) nor read the page by a name of its own (DNS rebinding). */
  it('when another origin or another host name asks, then nothing is started and nothing is told', async () => {
    const before = race.rounds.length;

    const foreign = await fetch(`${served.url}/rounds?count=1`, {
      method: 'POST',
      headers: { Origin: 'http://evil.test' },
    });
    const many = await fetch(`${served.url}/rounds?count=11`, { method: 'POST' });

    expect([foreign.status, many.status, await statusAsHost(served.url, 'evil.test')]).toEqual([403, 400, 403]);
    expect(race.rounds).toHaveLength(before);
  });
});

function statusAsHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

/** The least contrast of a text with what is behind it (WCAG 2.2, relative luminance), over the whole page. */
const LEAST_CONTRAST = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) =>
    [red, green, blue]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.body.querySelectorAll('*')].filter(
    (element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
  );
  return Math.min(
    ...texts.map((element) => {
      const [light, dark] = [numbers(getComputedStyle(element).color), behind(element)]
        .map(luminance)
        .sort((one, other) => other - one);
      return (light + 0.05) / (dark + 0.05);
    }),
  );
})()`;
