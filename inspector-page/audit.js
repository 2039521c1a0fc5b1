import { Lines } from './audit-lines.js';
import { element } from './rows.js';
import { duration } from './words.js';

const byId = id => document.getElementById(id);
const CHOOSE = byId('audit-detail').textContent;

/** A cached result or a change in the picture. */
class Box {
  box = element('button', '', 'node');
  item = element('li');
  links = [];

  constructor(report, facts, findings) {
    this.report = report;
    this.findings = findings;
    this.box.type = 'button';
    this.box.append(element('strong', report.name), element('span', facts));
    this.box.append(...findings.map(({ code }) => element('em', code)));
    this.words = element('p', '', 'words');
    this.words.id = `words-${Box.count++}`;
    this.box.setAttribute('aria-describedby', this.words.id);
    this.item.append(this.box, this.words);
  }

  static count = 0;

  /** The boxes at the other ends of the lines, those of certain lines first. */
  get others() {
    return [...this.certain, ...this.possible].map(({ action, change }) => (action === this ? change : action));
  }

  get certain() {
    return this.links.filter(({ how }) => how !== 'unknown');
  }

  get possible() {
    return this.links.filter(({ how }) => how === 'unknown');
  }

  /** Puts its lines into words, for people who cannot see them. */
  describe(certain, possible, nothing) {
    const nameOf = link => (link.action === this ? link.change : link.action).report.name;
    const sentences = [];
    if (this.certain.length > 0)
      sentences.push(`${certain} ${this.certain.map(link => `${nameOf(link)} (${link.how} ${link.target})`).join(', ')}.`);
    if (this.possible.length > 0) sentences.push(`${possible} ${this.possible.map(nameOf).join(', ')}.`);
    if (this.links.length === 0) sentences.push(nothing);
    for (const { code, message } of this.findings) sentences.push(`${code}: ${message}`);
    this.words.textContent = sentences.join(' ');
  }
}

function factsOfAction({ kind, method, route, timeout, tags, hasUnknownTags }) {
  const place = kind === 'memoized' ? 'memoized' : `${method} ${route}`;
  const marks = hasUnknownTags ? ['tags by a function'] : tags.map(tag => `tag ${tag}`);
  return [place, timeout === 0 ? 'no end' : duration(timeout * 1000), ...marks].join(' · ');
}

function factsOfChange({ kind, method, route, declares, paths, tags, hasUnknownTargets }) {
  const place = kind === 'service' ? 'service' : `${method} ${route}`;
  const targets = [...paths, ...tags.map(tag => `tag ${tag}`), ...(hasUnknownTargets ? ['a function'] : [])];
  const declared = { targets: targets.join(', '), nothing: '@ChangesNothing()', undeclared: 'declares nothing' };
  return `${place} · ${declared[declares]}`;
}

function linksBetween(actions, changes) {
  const links = [];
  for (const action of actions) {
    const { invalidatedBy, mayBeInvalidatedBy } = action.report;
    const named = [...invalidatedBy, ...mayBeInvalidatedBy.map(change => ({ change, how: 'unknown', target: '' }))];
    for (const { change: name, how, target } of named) {
      for (const change of changes.filter(({ report }) => report.name === name)) links.push({ action, change, how, target });
    }
  }
  for (const link of links) {
    link.action.links.push(link);
    link.change.links.push(link);
  }
  return links;
}

/** Puts each change near its actions, so that few lines cross. */
function sortByLines(changes, actions) {
  const place = ({ certain, possible }) => {
    const places = (certain.length > 0 ? certain : possible).map(({ action }) => actions.indexOf(action));
    return places.length === 0 ? actions.length : places.reduce((sum, at) => sum + at, 0) / places.length;
  };
  return changes.toSorted((one, other) => place(one) - place(other));
}

let shown;

function show({ actions: cached, changes: declared, findings }) {
  const findingsOf = ({ name }) => findings.filter(({ where }) => where === name);
  const actions = cached.map(report => new Box(report, factsOfAction(report), findingsOf(report)));
  const unsorted = declared.map(report => new Box(report, factsOfChange(report), findingsOf(report)));
  const links = linksBetween(actions, unsorted);
  const changes = sortByLines(unsorted, actions);
  for (const action of actions) action.describe('Invalidated by', 'Perhaps invalidated by', 'No change invalidates it.');
  for (const change of changes) change.describe('Invalidates', 'Perhaps invalidates', 'Invalidates nothing.');
  byId('audited-actions').replaceChildren(...actions.map(({ item }) => item));
  byId('audited-changes').replaceChildren(...changes.map(({ item }) => item));
  shown?.lines.end();
  shown = { columns: [actions, changes], all: [...actions, ...changes], lines: new Lines(byId('lines'), links) };
  byId('audit-sums').textContent = sums(cached, declared, findings);
  showFindings(findings);
  choose(undefined);
}

function sums(cached, declared, findings) {
  const actions = cached.filter(({ kind }) => kind === 'action').length;
  return `Cached actions: ${actions}. Memoized methods: ${cached.length - actions}. Changes: ${declared.length}. Findings: ${findings.length}.`;
}

function showFindings(findings) {
  byId('no-findings').hidden = findings.length > 0;
  byId('findings-table').hidden = findings.length === 0;
  byId('findings').replaceChildren(
    ...findings.map(({ code, where, message }) => {
      const row = element('tr');
      const name = element('th', code);
      name.scope = 'row';
      const cell = element('td');
      const box = shown.all.find(({ report }) => report.name === where);
      if (box === undefined) cell.textContent = where;
      else {
        const link = cell.appendChild(element('button', where, 'link'));
        link.type = 'button';
        link.addEventListener('click', () => box.box.focus());
      }
      row.append(name, cell, element('td', message));
      return row;
    }),
  );
}

function boxOf({ target }) {
  const node = target.closest?.('.node');
  return node && shown.all.find(({ box }) => box === node);
}

/** Highlights a box, its lines, and their other ends. @param box undefined for none */
function choose(box) {
  if (shown === undefined) return;
  const others = new Set(box?.others);
  byId('graph').classList.toggle('chosen', box !== undefined);
  for (const other of shown.all) other.box.classList.toggle('lit', other === box || others.has(other));
  shown.lines.light(box);
  byId('audit-detail').textContent = box === undefined ? CHOOSE : `${box.report.name}: ${box.words.textContent}`;
}

/** Returns the box to which an arrow key goes: up and down in the column, left and right along a line. */
function neighbour(box, key) {
  const side = shown.columns.findIndex(column => column.includes(box));
  const column = shown.columns[side];
  switch (key) {
    case 'ArrowUp':
      return column[column.indexOf(box) - 1];
    case 'ArrowDown':
      return column[column.indexOf(box) + 1];
    case 'ArrowRight':
      return side === 0 ? box.others[0] : undefined;
    case 'ArrowLeft':
      return side === 1 ? box.others[0] : undefined;
    case 'Home':
      return column[0];
    case 'End':
      return column.at(-1);
    default:
      return undefined;
  }
}

byId('graph').addEventListener('focusin', event => choose(boxOf(event)));
byId('graph').addEventListener('focusout', () => choose(undefined));
byId('graph').addEventListener('pointerover', event => {
  const box = boxOf(event);
  if (box !== undefined) choose(box);
});
byId('graph').addEventListener('pointerleave', () => choose(shown?.all.find(({ box }) => box === document.activeElement)));
byId('graph').addEventListener('keydown', event => {
  const box = boxOf(event);
  const next = box && neighbour(box, event.key);
  if (next === undefined) return;
  event.preventDefault();
  next.box.focus();
});

async function load() {
  const answer = await fetch('audit');
  if (answer.ok) show(await answer.json());
  else byId('audit-sums').textContent = await answer.text();
}

/** Shows the page that the address names: `#audit`, or the activity. */
function showPage() {
  const isAudit = window.location.hash === '#audit';
  document.querySelector('main').dataset.page = isAudit ? 'audit' : 'activity';
  for (const link of document.querySelectorAll('nav a')) {
    if ((link.hash === '#audit') === isAudit) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (isAudit) void load();
}

window.addEventListener('hashchange', showPage);
showPage();
