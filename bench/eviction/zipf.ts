/** Draws ranks from 0 on: the rank r is drawn in proportion to 1 / (r + 1) ^ exponent. */
export class Zipf {
  private readonly cumulated: Float64Array;

  constructor(
    count: number,
    exponent: number,
    private readonly random: () => number,
  ) {
    this.cumulated = new Float64Array(count);
    let sum = 0;
    for (let rank = 0; rank < count; rank++) this.cumulated[rank] = sum += 1 / (rank + 1) ** exponent;
  }

  draw(): number {
    const wanted = this.random() * this.cumulated.at(-1)!;
    let [low, high] = [0, this.cumulated.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.cumulated[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
