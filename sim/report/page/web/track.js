// A track is something that changes at certain times: what holds from each of them until the next.

export class Track {
  constructor(initial) {
    this.times = [];
    this.values = [];
    this.initial = initial;
  }

  push(t, value) {
    this.times.push(t);
    this.values.push(value);
  }

  /** place returns the place of what holds at t; -1 before the first change. */
  place(t) {
    return after(this.times, t) - 1;
  }

  at(t) {
    const i = this.place(t);
    return i < 0 ? this.initial : this.values[i];
  }
}

/** after returns how many numbers of an ascending list are at most t. */
export function after(list, t) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
