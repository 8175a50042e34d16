/** Shows what the server tells by `/events`, and asks it for rounds. It measures nothing itself: a browser is too far away. */

const byId = (id) => document.getElementById(id);
const buttons = [byId('revoke'), byId('more')];
const shown = (milliseconds) => (milliseconds === undefined ? 'never' : `${milliseconds.toFixed(1)} ms`);
const nameOf = ({ node, worker }) => `Node ${node}, worker ${worker}`;

const events = new EventSource('/events');
let busy = false;

events.addEventListener('state', (event) => show(JSON.parse(event.data)));
events.addEventListener('idle', () => setBusy(false));
events.addEventListener('failed', (event) => {
  byId('status').textContent = `The round could not be run: ${JSON.parse(event.data).sentence}`;
});
events.addEventListener('error', () => {
  byId('status').textContent = 'The connection is lost. Is the race still running in its terminal?';
  setBusy(true);
});
events.addEventListener('open', () => setBusy(false));

byId('revoke').addEventListener('click', () => ask(1));
byId('more').addEventListener('click', () => ask(10));

async function ask(count) {
  if (busy) return;
  setBusy(true);
  byId('status').textContent = count === 1 ? 'Revoking …' : `Revoking, ${count} times …`;
  const answer = await fetch(`/rounds?count=${count}`, { method: 'POST' }).catch(() => undefined);
  if (answer?.ok) return;
  byId('status').textContent =
    answer?.status === 409 ? 'Rounds are being run already, from another page.' : 'The race does not answer.';
  setBusy(false);
}

function setBusy(now) {
  busy = now;
  for (const button of buttons) {
    button.disabled = false;
    button.setAttribute('aria-disabled', String(now));
  }
}

function show({ description, promisedMilliseconds, lanes, rounds, times, findings }) {
  const [last] = rounds;
  byId('description').textContent = description;
  byId('status').textContent = last === undefined ? 'Ready.' : sentenceOf(last);
  byId('lanes').replaceChildren(...lanes.map((lane, index) => laneOf(lane, index, last, lanes, promisedMilliseconds)));
  byId('times').replaceChildren(
    timesRow('Of the revoking node', times.sameNode),
    timesRow('Of other nodes', times.otherNodes),
    timesRow('Until every one refused', times.everyWorker),
  );
  byId('findings').replaceChildren(...findings.map((finding) => made('p', { textContent: `Must not be: ${finding}` })));
  byId('no-history').hidden = last !== undefined;
  byId('history-region').hidden = last === undefined;
  byId('history-head').replaceChildren(headRow(['Round', 'Revoked at', ...lanes.map(nameOf), 'Every worker']));
  byId('history').replaceChildren(...rounds.map(historyRow));
}

/** The slowest of a round; `undefined` when one never refused. */
const slowestOf = ({ milliseconds }) =>
  milliseconds.some((value) => value === null) ? undefined : Math.max(...milliseconds);

function sentenceOf(round) {
  const slowest = slowestOf(round);
  if (slowest === undefined) return `Round ${round.number}: not every worker refused.`;
  return `Round ${round.number}: revoked at ${round.revokedAt}; every worker refused ${shown(slowest)} after the answer.`;
}

function laneOf(lane, index, round, lanes, promised) {
  const milliseconds = round?.milliseconds[index] ?? undefined;
  const isRevoker = round?.revoker === index;
  const isHome = round !== undefined && lanes[round.revoker]?.node === lane.node;
  const isLate = round !== undefined && (milliseconds === undefined || milliseconds > promised);
  const bar = made('div', { className: 'bar' });
  if (round !== undefined) bar.style.setProperty('--share', String(shareOf(milliseconds, promised)));
  const result = round === undefined ? 'not asked yet' : `${isLate ? '⚠ ' : ''}${shown(milliseconds)}`;
  const place = isRevoker ? ' · revoked here' : isHome ? ' · same node' : '';
  const element = made('li', { className: 'lane' }, [
    made('span', { className: 'lane-name', textContent: nameOf(lane) }),
    made('div', { className: 'track' }, [bar]),
    made('span', { className: 'lane-result', textContent: `${result}${place}` }),
  ]);
  element.dataset.state = isLate ? 'late' : isHome ? 'home' : 'away';
  return element;
}

/** From 1 ms at the left to the promise at the right, by powers of ten. */
function shareOf(milliseconds, promised) {
  if (milliseconds === undefined) return 1;
  return Math.min(1, Math.max(0, Math.log10(Math.max(1, milliseconds)) / Math.log10(promised)));
}

function timesRow(name, { count, p50, p99, max, takenAfter }) {
  const values = count === 0 ? ['–', '–', '–', '–'] : [shown(p50), shown(p99), shown(max), String(takenAfter)];
  return made('tr', {}, [rowHead(name), ...[String(count), ...values].map(cell)]);
}

function historyRow(round) {
  const values = round.milliseconds.map((value) => shown(value ?? undefined));
  return made('tr', {}, [
    rowHead(String(round.number)),
    made('td', { className: 'start', textContent: round.revokedAt }),
    ...[...values, shown(slowestOf(round))].map(cell),
  ]);
}

const headRow = (names) => made('tr', {}, names.map(headCell));
const headCell = (textContent, index) =>
  made('th', { scope: 'col', textContent, className: index === 1 ? 'start' : '' });
const rowHead = (textContent) => made('th', { scope: 'row', textContent });
const cell = (textContent) => made('td', { textContent });

/** Text is always set as text: nothing that a server says becomes markup. */
function made(name, properties = {}, children = []) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}
