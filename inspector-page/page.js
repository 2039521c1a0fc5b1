import { showActions } from './actions.js';
import { Chart } from './charts.js';
import { Past } from './past.js';
import { element, fill } from './rows.js';
import { showVerified } from './verified.js';
import { between, bytes, count, duration, percent, ratio, timeOfDay, took } from './words.js';

const byId = id => document.getElementById(id);

/** Milliseconds between two updates of the numbers for a user who prefers reduced motion. */
const CALM_MS = 5000;
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

const past = new Past();
const charts = {
  ratio: new Chart('Hit ratio, of one minute', { lines: [{ name: '', colour: 'ratio' }], write: ratio, top: 105 }),
  entries: new Chart('Entries', { lines: [{ name: '', colour: 'entries' }], write: count }),
  bytes: new Chart('Size', { lines: [{ name: '', colour: 'bytes' }], write: bytes }),
};
byId('charts').append(...Object.values(charts).map(chart => chart.element));

let isPaused = false;
let shownAtMs = -Infinity;
let isNewSample = false;

function showSums({ hits, misses, stale, collapsed, bypasses, invalidations, errors, entries, bytes: size }) {
  const sums = [
    ['Hit ratio', percent(hits, hits + misses + stale + collapsed)],
    ['Hits', count(hits)],
    ['Misses', count(misses)],
    ['Stale', count(stale)],
    ['Collapsed', count(collapsed)],
    ['Bypasses', count(bypasses)],
    ['Invalidations', count(invalidations)],
    ['Faults', count(errors)],
    ['Entries', count(entries)],
    ['Size', bytes(size)],
  ];
  if (byId('sums').children.length === 0) {
    byId('sums').append(
      ...sums.map(([name]) => {
        const group = element('div');
        group.append(element('dt', name), element('dd'));
        return group;
      }),
    );
  }
  sums.forEach(([, value], at) => (byId('sums').children[at].lastChild.textContent = value));
}

function showPast() {
  const [times, ratios] = [past.times, past.hitRatios()];
  charts.ratio.draw(times, [ratios], isNewSample);
  charts.entries.draw(times, [past.of('entries')], isNewSample);
  charts.bytes.draw(times, [past.of('bytes')], isNewSample);
  if (byId('figures').open) showFigures(ratios);
}

/** Returns a dozen samples of the hour, the newest first. */
function showFigures(ratios) {
  const { samples } = past;
  const step = Math.ceil(samples.length / 12);
  const rows = samples.map(({ atMs, entries, bytes: size }, at) => [
    timeOfDay(atMs),
    ratio(ratios[at]),
    count(entries),
    bytes(size),
  ]);
  fill(
    byId('figure-rows'),
    rows.reverse().filter((_, at) => at % step === 0),
  );
}

function show({ nowMs, stats, actions, requests, invalidations, verified }) {
  shownAtMs = nowMs;
  showSums(stats);
  showPast();
  byId('no-actions').hidden = actions.length > 0;
  showActions(byId('actions'), actions, past, isNewSample);
  isNewSample = false;
  fill(
    byId('requests'),
    requests.map(({ outcome, method, url, reason, durationMs, atMs }) => [
      outcome,
      `${method} ${url}`,
      reason,
      took(durationMs),
      timeOfDay(atMs),
    ]),
    at => requests[at].outcome,
  );
  fill(
    byId('invalidations'),
    invalidations.map(({ prefixes, tags, by, removed, delivered, atMs }) => [
      [...prefixes, ...tags.map(tag => `tag ${tag}`)].join(', '),
      by,
      delivered ? removed : 'the store is still to be told',
      timeOfDay(atMs),
    ]),
  );
  byId('verified-section').hidden = verified.length === 0;
  showVerified(byId('verified'), verified);
}

async function search() {
  const answer = await fetch(`entries?q=${encodeURIComponent(byId('text').value)}`);
  if (!answer.ok) return void (byId('found').textContent = await answer.text());
  const { isListable, isWhole, nowMs, entries } = await answer.json();
  byId('found').textContent = isListable
    ? `${count(entries.length)} ${entries.length === 1 ? 'entry' : 'entries'}${isWhole ? '' : ', and there may be more'}, at ${timeOfDay(nowMs)}`
    : 'This store cannot list its entries.';
  fill(
    byId('entries'),
    entries.map(({ path, storedAtMs, expiresAtMs, keptUntilMs, bytes: size, tags }) => [
      path,
      duration(nowMs - storedAtMs),
      duration(between(storedAtMs, expiresAtMs)),
      left(nowMs, expiresAtMs, keptUntilMs),
      bytes(size),
      tags.join(', '),
    ]),
  );
}

function left(nowMs, expiresAtMs, keptUntilMs) {
  if (expiresAtMs === null || expiresAtMs > nowMs) return duration(between(nowMs, expiresAtMs));
  return `stale, kept for ${duration(between(nowMs, keptUntilMs ?? expiresAtMs))}`;
}

async function change(order, done) {
  const answer = await fetch('invalidate', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Cache-Inspector': '1' },
    body: JSON.stringify(order),
  });
  byId('told').textContent = answer.ok ? done : await answer.text();
  await search();
}

function tellState(state, text) {
  byId('feed').dataset.state = isPaused && state === 'live' ? 'paused' : state;
  byId('feed').textContent = isPaused && state === 'live' ? 'Paused' : text;
}

byId('search').addEventListener('submit', event => {
  event.preventDefault();
  void search();
});
byId('change').addEventListener('submit', event => {
  event.preventDefault();
  const name = byId('name').value;
  void change({ [byId('kind').value]: name }, `Invalidated ${name}.`);
});
byId('clear').addEventListener('click', () => {
  if (window.confirm('Invalidate everything?')) void change({ clear: true }, 'Cleared.');
});
byId('figures').addEventListener('toggle', () => {
  showFigures(past.hitRatios());
});
byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  if (feed.readyState === EventSource.OPEN) tellState('live', 'Live');
});

const feed = new EventSource('events');
feed.onopen = () => tellState('live', 'Live');
feed.onerror = () => {
  if (feed.readyState === EventSource.CLOSED) tellState('lost', 'Connection refused. Reload to try again.');
  else tellState('lost', 'Connection lost, trying again…');
};
feed.addEventListener('past', ({ data }) => {
  const { isLocalOnly, ...kept } = JSON.parse(data);
  past.begin(kept);
  byId('access').textContent = isLocalOnly
    ? 'Answers to this machine only, and asks for a token: cacheInspector was given no authorize.'
    : 'Answers to whom authorize lets in.';
});
feed.addEventListener('now', ({ data }) => {
  const snapshot = JSON.parse(data);
  // The page also collects samples while it is hidden.
  isNewSample = past.add(snapshot) || isNewSample;
  const isDue = !calm.matches || snapshot.nowMs - shownAtMs >= CALM_MS;
  if (!isPaused && isDue) show(snapshot);
});
void search();
