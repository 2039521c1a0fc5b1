import { element } from './rows.js';
import { timeOfDay } from './words.js';

/** Steps between the ticks of a scale: whole numbers, so that a label never repeats after it is rounded. */
const STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map(digit => digit * 10 ** power)).flat();
/** Steps between the ticks of the time, in seconds, up to a day: labels show whole seconds. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

const charts = new Map();
const sizes = new ResizeObserver(changed => {
  for (const { target } of changed) charts.get(target)?.setSize({ width: target.clientWidth, height: target.clientHeight });
});

/** Returns a colour. The chart reads it at each drawing, so that it follows the colour scheme. */
const ink = name => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of charts.values()) chart.redraw(false, true);
});

/** A chart with its name, its current values, and the same values in words for screen readers. */
export class Chart {
  element = element('figure');
  #plot;
  #values = element('span', '', 'says');
  #box = element('div', '', 'chart');
  #data = [];

  /**
   * `label`: the name for screen readers. `lines`: each with a name, the variable of its colour and optionally `dash`. `write`: returns a
   * value in words. `top`: the fixed end of the scale, if any.
   */
  constructor(title, { label = title, lines, write, top, height = 130, isSmall = false }) {
    this.label = label;
    this.lines = lines;
    this.write = write;
    this.options = { top, height, isSmall };
    this.#box.style.height = `${height}px`;
    this.#box.setAttribute('role', 'img');
    const caption = element('figcaption');
    caption.append(element('span', title), this.#values);
    this.element.append(caption, this.#box);
  }

  draw(times, values, isNewSample) {
    this.#data = [times, ...values];
    if (this.#plot === undefined) this.#begin();
    else this.#plot.setData(this.#data);
    this.#say(this.#plot.cursor.idx ?? times.length - 1);
    if (isNewSample || !this.#box.hasAttribute('aria-label')) this.#box.setAttribute('aria-label', this.#inWords());
  }

  #begin() {
    const { top, height, isSmall } = this.options;
    const axis = { stroke: ink('soft'), grid: { stroke: ink('line'), width: 1 }, ticks: { show: false } };
    this.#plot = new window.uPlot(
      {
        width: this.#box.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        padding: isSmall ? [4, 4, 4, 4] : [8, 8, 0, 0],
        scales: { y: { range: (_, __, max) => [0, top ?? Math.max(1e-9, (max ?? 1) * 1.1)] } },
        axes: isSmall
          ? [{ show: false }, { show: false }]
          : [
              {
                ...axis,
                size: 24,
                space: 70,
                incrs: TIME_STEPS,
                values: (_, seconds) => seconds.map(second => timeOfDay(second * 1000)),
              },
              { ...axis, size: 58, space: 30, incrs: STEPS, values: (_, ticks) => ticks.map(tick => this.write(tick)) },
            ],
        series: [
          {},
          ...this.lines.map(({ name, colour, dash }) => ({
            label: name,
            stroke: ink(colour),
            width: isSmall ? 1.5 : 2,
            dash,
            points: { size: 4, fill: ink(colour) },
          })),
        ],
        hooks: { setCursor: [({ cursor }) => this.#say(cursor.idx ?? this.#data[0].length - 1)] },
      },
      this.#data,
      this.#box,
    );
    charts.set(this.#box, this.#plot);
    sizes.observe(this.#box);
  }

  #say(at) {
    const [times, ...values] = this.#data;
    const text = values.map(line => this.write(line[at] ?? null)).join(' · ');
    this.#values.textContent = at === times.length - 1 ? text : `${timeOfDay(times[at] * 1000)}: ${text}`;
  }

  #inWords() {
    const [times, ...values] = this.#data;
    const texts = this.lines.map(({ name }, line) => {
      const known = values[line].filter(value => value !== null);
      if (known.length === 0) return `${name} nothing yet`;
      const [least, most] = [Math.min(...known), Math.max(...known)];
      return `${name} ${this.write(known.at(-1))} now, ${this.write(least)} to ${this.write(most)} since then`;
    });
    return `${this.label}, from ${timeOfDay(times[0] * 1000)}: ${texts.join('; ')}`.replaceAll('  ', ' ');
  }
}
