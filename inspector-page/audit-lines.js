const SVG = 'http://www.w3.org/2000/svg';

/** The lines between the two columns, behind their boxes. */
export class Lines {
  #paths = new Map();

  constructor(svg, links) {
    this.svg = svg;
    this.links = links;
    for (const link of links) {
      const path = document.createElementNS(SVG, 'path');
      path.dataset.how = link.how;
      this.#paths.set(link, path);
    }
    // The certain lines are in front.
    const order = ['unknown', 'tag', 'path'];
    const sorted = links.toSorted((one, other) => order.indexOf(one.how) - order.indexOf(other.how));
    svg.replaceChildren(...sorted.map(link => this.#paths.get(link)));
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(svg.parentElement);
  }

  /** Draws each line from the right edge of an action to the left edge of a change. */
  draw() {
    const area = this.svg.getBoundingClientRect();
    const places = new Map();
    for (const link of this.links) {
      const from = link.action.box.getBoundingClientRect();
      const to = link.change.box.getBoundingClientRect();
      // Two lines between the same boxes are next to each other.
      const pair = places.get(link.action)?.get(link.change) ?? 0;
      if (!places.has(link.action)) places.set(link.action, new Map());
      places.get(link.action).set(link.change, pair + 1);
      const [x1, y1] = [from.right - area.left, from.top + from.height / 2 - area.top + pair * 7];
      const [x2, y2] = [to.left - area.left, to.top + to.height / 2 - area.top + pair * 7];
      const bend = (x2 - x1) / 2;
      this.#paths.get(link).setAttribute('d', `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
    }
  }

  /** Highlights the lines of a box. @param box undefined for none */
  light(box) {
    for (const [link, path] of this.#paths) {
      path.classList.toggle('lit', link.action === box || link.change === box);
    }
  }

  end() {
    this.resizes.disconnect();
  }
}
