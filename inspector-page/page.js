const MAX_POINTS = 240;
const byId = id => document.getElementById(id);
const series = [[], [], []];
let isPaused = false;
let chart;

/** Texts only: what a client has written is never markup. */
function fill(body, rows) {
  body.replaceChildren(
    ...rows.map(cells => {
      const row = document.createElement('tr');
      row.append(
        ...cells.map((text, at) => {
          const cell = document.createElement(at === 0 ? 'th' : 'td');
          if (at === 0) cell.scope = 'row';
          cell.textContent = text ?? '–';
          return cell;
        }),
      );
      return row;
    }),
  );
}

const seconds = ms => (ms === null ? 'never ends' : `${Math.max(0, Math.round(ms / 1000))} s`);
const took = ms => (ms === undefined ? '–' : `${ms.toFixed(2)} ms`);
const bytes = count => (count < 10_000 ? `${count} B` : `${(count / 1000).toFixed(0)} kB`);
const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

function countOf(outcomes, wanted) {
  return outcomes.filter(({ outcome }) => wanted(outcome)).reduce((sum, { count }) => sum + count, 0);
}

function showSums({ hits, misses, stale, collapsed, bypasses, entries, bytes: size }) {
  const sums = [
    ['Hit ratio', percent(hits, hits + misses + stale + collapsed)],
    ['Hits', hits],
    ['Misses', misses],
    ['Collapsed', collapsed],
    ['Bypasses', bypasses],
    ['Entries', entries],
    ['Size', bytes(size)],
  ];
  byId('sums').replaceChildren(
    ...sums.map(([name, value]) => {
      const group = document.createElement('div');
      const term = document.createElement('dt');
      const said = document.createElement('dd');
      term.textContent = name;
      said.textContent = value;
      group.append(term, said);
      return group;
    }),
  );
}

function showChart({ nowMs, stats }) {
  const asked = stats.hits + stats.misses + stats.stale + stats.collapsed;
  [nowMs / 1000, stats.entries, asked === 0 ? null : (100 * stats.hits) / asked].forEach((value, at) => {
    series[at].push(value);
    if (series[at].length > MAX_POINTS) series[at].shift();
  });
  const ink = getComputedStyle(document.body).color;
  const axis = { stroke: ink, grid: { stroke: '#8884' }, ticks: { stroke: '#8884' } };
  chart ??= new window.uPlot(
    {
      width: byId('chart').clientWidth,
      height: 160,
      scales: { percent: { range: [0, 100] } },
      axes: [axis, { ...axis }, { ...axis, scale: 'percent', side: 1 }],
      series: [
        {},
        { label: 'Entries', stroke: '#3f86e0', width: 2 },
        { label: 'Hit ratio, %', scale: 'percent', stroke: '#2f9e63', width: 2 },
      ],
    },
    series,
    byId('chart'),
  );
  chart.setData(series);
}

function show(snapshot) {
  const { nowMs, stats, actions, requests, invalidations } = snapshot;
  showSums(stats);
  showChart(snapshot);
  fill(
    byId('actions'),
    actions.flatMap(({ action, outcomes }) => {
      const asked = countOf(outcomes, outcome => outcome !== 'bypass');
      const ratio = percent(
        countOf(outcomes, outcome => outcome === 'hit'),
        asked,
      );
      return outcomes.map(({ outcome, count, p50, p95 }) => [action, ratio, outcome, count, took(p50), took(p95)]);
    }),
  );
  fill(
    byId('requests'),
    requests.map(({ outcome, method, url, reason, durationMs, atMs }) => [
      outcome,
      `${method} ${url}`,
      reason,
      took(durationMs),
      seconds(nowMs - atMs),
    ]),
  );
  requests.forEach(({ outcome }, at) => byId('requests').rows[at].cells[0].classList.add(outcome));
  fill(
    byId('invalidations'),
    invalidations.map(({ prefixes, tags, by, removed, atMs }) => [
      [...prefixes, ...tags.map(tag => `tag ${tag}`)].join(', '),
      by,
      removed,
      seconds(nowMs - atMs),
    ]),
  );
}

async function search() {
  const answer = await fetch(`entries?q=${encodeURIComponent(byId('text').value)}`);
  if (!answer.ok) return void (byId('found').textContent = await answer.text());
  const { isListable, isWhole, nowMs, entries } = await answer.json();
  byId('found').textContent = isListable
    ? `${entries.length} entries${isWhole ? '' : ', and there may be more'}`
    : 'A shared store cannot list its entries.';
  fill(
    byId('entries'),
    entries.map(({ path, storedAtMs, expiresAtMs, bytes: size, tags }) => [
      path,
      seconds(nowMs - storedAtMs),
      seconds(expiresAtMs === null ? null : expiresAtMs - nowMs),
      bytes(size),
      tags.join(', '),
    ]),
  );
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
byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  byId('feed').textContent = isPaused ? 'Paused' : 'Live';
});

const feed = new EventSource('events');
feed.onopen = () => (byId('feed').textContent = isPaused ? 'Paused' : 'Live');
feed.onerror = () => (byId('feed').textContent = 'Connection lost, trying again…');
feed.onmessage = ({ data }) => isPaused || show(JSON.parse(data));
window.addEventListener('resize', () => chart?.setSize({ width: byId('chart').clientWidth, height: 160 }));
void search();
