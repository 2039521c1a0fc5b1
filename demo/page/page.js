import { drawFace } from './faces.js';

const MAX_LINES = 50;
const byId = id => document.getElementById(id);
/** The time of the newest miss of each address. */
const missMs = new Map();
let changes = 0;
/** True after a night, until a list shows its changes. */
let isMorning = false;

/** Returns an element with text only, so that no text of a user becomes markup. */
function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function log(outcome, request, sentence) {
  const line = document.createElement('li');
  line.append(element('b', outcome, outcome), ` ${request}`, element('span', sentence, 'detail'));
  byId('log').prepend(line);
  while (byId('log').children.length > MAX_LINES) byId('log').lastChild.remove();
}

/** Returns the outcome in `Cache-Status` (RFC 9211). */
function outcomeOf(headers) {
  const status = headers.get('Cache-Status') ?? '';
  const outcome = /; (hit|collapsed)\b/.exec(status)?.[1] ?? /; fwd=(\w+)/.exec(status)?.[1] ?? 'bypass';
  return { outcome, ttl: /; ttl=(-?\d+)/.exec(status)?.[1], age: headers.get('Age') };
}

function told({ outcome, ttl, age }, path, ms) {
  const took = `${ms.toFixed(1)} ms`;
  if (outcome === 'miss') {
    missMs.set(path, ms);
    return `The method ran and asked the database: ${took}. Its response is kept.`;
  }
  if (outcome === 'collapsed') return `Waited for the same request of another, and got its response: ${took}.`;
  if (outcome !== 'hit') return `The cache was not used: ${took}.`;
  const before = missMs.get(path);
  const gain = before > 1.5 * ms ? `, ${(before / ms).toFixed(1)} times as fast as the miss` : '';
  return `Answered from the cache: ${took}${gain}.${age ? ` It is ${age} s old.` : ''}${ttl ? ` Fresh for ${ttl} s more.` : ''}`;
}

function done(step) {
  byId(`step-${step}`).classList.add('done');
}

/** Sends a request, and writes its outcome to the log. @returns the body, undefined if the request failed */
async function ask(path, options, tell) {
  const request = `${options.method ?? 'GET'} ${decodeURIComponent(path)}`;
  const startedAt = performance.now();
  try {
    const response = await fetch(path.slice(1), options);
    const body = await response.json();
    if (!response.ok) throw new Error(body.message);
    tell(request, response, performance.now() - startedAt);
    return body;
  } catch (error) {
    log('failed', request, error.message);
    return undefined;
  }
}

function read(path) {
  return ask(path, {}, (request, { headers }, ms) => {
    const status = outcomeOf(headers);
    log(status.outcome, request, told(status, path, ms));
    if (status.outcome === 'hit') done('hit');
    if (status.outcome !== 'miss') return;
    if (isMorning) done('night');
    else done(changes > 0 ? 'fresh' : 'miss');
    isMorning = false;
  });
}

function person({ username, name }, detail) {
  const item = document.createElement('li');
  item.append(`${name} (${username})`, element('span', detail, 'detail'));
  return item;
}

function friendWithFace(friend) {
  const item = person(friend, friend.avatar);
  item.className = 'with-face';
  item.prepend(drawFace(friend.avatar));
  return item;
}

function showPreview() {
  byId('preview').replaceChildren(drawFace(byId('url').value));
}

async function showFriends() {
  const user = byId('user').value.trim();
  const friends = await read(`/users/${encodeURIComponent(user)}/friends`);
  if (friends === undefined) return;
  byId('count').textContent = `${user} has ${friends.length} friends.`;
  byId('friends').replaceChildren(...friends.map(friendWithFace));
  // The next step is then a change that this list shows.
  if (changes === 0 && friends.length > 0) byId('whose').value = friends[0].username;
}

async function changeAvatar() {
  const whose = byId('whose').value.trim();
  const options = {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: byId('url').value }),
  };
  const changed = await ask(`/users/${encodeURIComponent(whose)}/avatar`, options, (request, _response, ms) => {
    log('change', request, `Written in ${ms.toFixed(1)} ms. Every kept response that shows this avatar is invalidated.`);
  });
  if (changed === undefined) return;
  changes++;
  done('change');
  byId('url').value = `https://example.org/new-${changes + 1}.png`;
  showPreview();
}

async function letNightPass() {
  const night = await ask('/nights', { method: 'POST' }, (request, _response, ms) => {
    log('change', request, `The job took ${ms.toFixed(1)} ms. Every kept response that shows avatars is invalidated.`);
  });
  if (night !== undefined) isMorning = true;
}

async function search() {
  const found = await read(`/users?limit=5&name=${encodeURIComponent(byId('name').value)}`);
  if (found === undefined) return;
  byId('found').replaceChildren(
    ...found.map(user => {
      const button = element('button', `Friends of ${user.username}`);
      button.type = 'button';
      button.addEventListener('click', () => {
        byId('user').value = user.username;
        void showFriends();
      });
      const item = person(user, `${user.friends} friends `);
      item.append(button);
      return item;
    }),
  );
}

for (const [form, act] of Object.entries({ show: showFriends, change: changeAvatar, night: letNightPass, search })) {
  byId(form).addEventListener('submit', event => {
    event.preventDefault();
    void act();
  });
}

byId('url').addEventListener('input', showPreview);
showPreview();
