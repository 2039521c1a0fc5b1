import { Chart } from './charts.js';
import { element, fill } from './rows.js';
import { count, ratio, took } from './words.js';

/** One action: its outcomes, its hit ratio and its latency. */
class ActionCard {
  element = element('article', '', 'action');
  #ratio;
  #latency;
  #outcomes = element('tbody');

  constructor(action) {
    this.action = action;
    const isSmall = true;
    this.#ratio = new Chart('Hit ratio', {
      label: `Hit ratio of ${action}`,
      lines: [{ name: '', colour: 'ratio' }],
      write: ratio,
      top: 105,
      height: 44,
      isSmall,
    });
    this.#latency = new Chart('p50 · p95', {
      label: `Latency of ${action}`,
      lines: [
        { name: 'p50', colour: 'p50' },
        { name: 'p95', colour: 'p95', dash: [4, 3] },
      ],
      write: took,
      height: 44,
      isSmall,
    });
    const pair = element('div', '', 'pair');
    pair.append(this.#ratio.element, this.#latency.element);
    const table = element('table');
    const head = element('thead');
    const names = head.appendChild(element('tr'));
    for (const name of ['Outcome', 'Requests', 'p50', 'p95']) names.appendChild(element('th', name)).scope = 'col';
    table.setAttribute('aria-label', `Outcomes of ${action}`);
    table.append(head, this.#outcomes);
    this.element.append(element('h3', action), pair, table);
  }

  show({ outcomes }, past, isNewSample) {
    fill(
      this.#outcomes,
      outcomes.map(({ outcome, count: times, p50, p95 }) => [outcome, count(times), took(p50), took(p95)]),
      at => outcomes[at].outcome,
    );
    const { times } = past;
    this.#ratio.draw(times, [past.hitRatios(({ actions }) => actions[this.action])], isNewSample);
    const latencies = [past.ofAction(this.action, 'p50'), past.ofAction(this.action, 'p95')];
    this.#latency.draw(times, latencies, isNewSample);
  }
}

const cards = new Map();

export function showActions(place, actions, past, isNewSample) {
  for (const report of actions) {
    let card = cards.get(report.action);
    if (card === undefined) {
      cards.set(report.action, (card = new ActionCard(report.action)));
      place.append(card.element);
    }
    card.show(report, past, isNewSample);
  }
}
